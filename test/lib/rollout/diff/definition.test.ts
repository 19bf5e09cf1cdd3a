/** Task definitions compared by meaning: real ones as ECS answers them, each kind of edit, and what holds for any two. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { diffTaskDefinitions } from '../../../../src/lib/rollout/diff/definition.js';
import { HIDDEN } from '../../../../src/lib/rollout/diff/difference.js';
import { corpus } from '../../../corpus.js';
import { drive } from '../../sandbox/drive.js';

type Definition = Record<string, unknown> & { containerDefinitions: Record<string, unknown>[] };

const folder = corpus('task-definitions');
const ANSWERED = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
];

/** Those that ECS takes, as they are in the corpus. */
const real: [string, Definition][] = (folder === null ? [] : readdirSync(folder))
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, Definition] => {
    // Some have a comma too many, which YAML takes.
    const read = readable(readFileSync(join(folder!, name), 'utf8'));
    const input = read.taskDefinition ?? read;
    return [name, Object.fromEntries(Object.entries(input).filter(([key]) => !ANSWERED.includes(key))) as Definition];
  });

/** Of the documentation's, some are no JSON at all. */
function readable(text: string): Definition & { taskDefinition?: Definition } {
  try {
    return parse(text) as Definition;
  } catch {
    return { containerDefinitions: [] };
  }
}

/** What DescribeTaskDefinition answers; null where ECS refuses the input. */
function answered(input: Definition): Definition | null {
  const { call } = drive();
  try {
    const { taskDefinition } = call('ecs', 'RegisterTaskDefinition', structuredClone(input)) as {
      taskDefinition: { taskDefinitionArn: string };
    };
    return JSON.parse(
      JSON.stringify(
        (
          call('ecs', 'DescribeTaskDefinition', { taskDefinition: taskDefinition.taskDefinitionArn }) as {
            taskDefinition: object;
          }
        ).taskDefinition,
      ),
    ) as Definition;
  } catch {
    return null;
  }
}

const ORDERED = new Set(['command', 'entryPoint', 'dnsServers', 'dnsSearchDomains']);
/** The same, with every list whose order says nothing the other way round, and numbers as texts and texts as numbers. */
function turned(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => turned(item));
    return ORDERED.has(key) ? items : items.reverse();
  }
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, turned(part, name)]),
  );
}

describe.skipIf(folder === null)('real task definitions', () => {
  const taken = real.map(([name, input]) => [name, input, answered(input)] as const).filter(([, , answer]) => answer !== null);

  it('are enough to tell', () => expect(taken.length).toBeGreaterThanOrEqual(20));
  it.each(taken)('%s is what ECS makes of it, and in any order', (_name, input, answer) => {
    expect(diffTaskDefinitions(answer!, input)).toEqual([]);
    expect(diffTaskDefinitions(input, answer!)).toEqual([]);
    expect(diffTaskDefinitions(answer!, turned(input) as Definition)).toEqual([]);
  });
  it('differ from each other, and say so both ways', () => {
    for (const [a, one] of taken)
      for (const [b, other] of taken) {
        if (a === b) continue;
        expect(diffTaskDefinitions(one, other).length === 0).toBe(diffTaskDefinitions(other, one).length === 0);
      }
  });
  it.each(taken)('%s: an image that is changed is that change', (_name, input, answer) => {
    const edited = structuredClone(input);
    const container = edited.containerDefinitions[0]!;
    const from = String(container['image']);
    container['image'] = 'other:9';
    expect(diffTaskDefinitions(answer!, edited)).toEqual([
      { path: ['containerDefinitions', container['name'], 'image'], from, to: 'other:9' },
    ]);
  });
});

const base: Definition = {
  family: 'shop',
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  volumes: [{ name: 'data' }],
  containerDefinitions: [
    {
      name: 'ui',
      image: 'ui:1',
      command: ['serve', '--fast'],
      environment: [
        { name: 'LOG', value: 'info' },
        { name: 'API_TOKEN', value: 'hunter2-hunter2' },
      ],
      secrets: [{ name: 'KEY', valueFrom: 'arn:one' }],
      portMappings: [{ containerPort: 8080 }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' } },
      mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
    },
    { name: 'proxy', image: 'proxy:1', essential: false },
  ],
};
const ui = (definition: Definition) => definition.containerDefinitions[0]!;
const C = 'containerDefinitions';

describe('each kind of edit is exactly that change', () => {
  it.each<[string, (d: Definition) => void, { path: string[]; from: string | null; to: string | null }]>([
    ['cpu', (d) => (d['cpu'] = '512'), { path: ['cpu'], from: '256', to: '512' }],
    ['a role', (d) => (d['taskRoleArn'] = 'arn:r'), { path: ['taskRoleArn'], from: null, to: 'arn:r' }],
    [
      'another platform',
      (d) => (d['runtimePlatform'] = { cpuArchitecture: 'ARM64' }),
      { path: ['runtimePlatform'], from: null, to: '{cpuArchitecture: ARM64}' },
    ],
    ['another image', (d) => (ui(d)['image'] = 'ui:2'), { path: [C, 'ui', 'image'], from: 'ui:1', to: 'ui:2' }],
    [
      'a command in another order',
      (d) => (ui(d)['command'] = ['--fast', 'serve']),
      { path: [C, 'ui', 'command'], from: '["serve","--fast"]', to: '["--fast","serve"]' },
    ],
    ['no command', (d) => delete ui(d)['command'], { path: [C, 'ui', 'command'], from: '["serve","--fast"]', to: null }],
    [
      'a variable',
      (d) => ((ui(d)['environment'] as object[])[0] = { name: 'LOG', value: 'debug' }),
      { path: [C, 'ui', 'environment', 'LOG'], from: 'info', to: 'debug' },
    ],
    [
      'a variable more',
      (d) => (ui(d)['environment'] as object[]).unshift({ name: 'A', value: '' }),
      { path: [C, 'ui', 'environment', 'A'], from: null, to: '' },
    ],
    [
      'a variable less',
      (d) => (ui(d)['environment'] as object[]).shift(),
      { path: [C, 'ui', 'environment', 'LOG'], from: 'info', to: null },
    ],
    [
      'a variable that is a secret',
      (d) => ((ui(d)['environment'] as object[])[1] = { name: 'API_TOKEN', value: 'x'.repeat(20) }),
      { path: [C, 'ui', 'environment', 'API_TOKEN'], from: HIDDEN, to: HIDDEN },
    ],
    [
      'a secret',
      (d) => (ui(d)['secrets'] = [{ name: 'KEY', valueFrom: 'arn:two' }]),
      { path: [C, 'ui', 'secrets', 'KEY'], from: 'arn:one', to: 'arn:two' },
    ],
    ['no secrets', (d) => delete ui(d)['secrets'], { path: [C, 'ui', 'secrets', 'KEY'], from: 'arn:one', to: null }],
    [
      'a port',
      (d) => (ui(d)['portMappings'] as object[]).push({ containerPort: 9 }),
      { path: [C, 'ui', 'portMappings', '9/tcp'], from: null, to: '{containerPort: 9}' },
    ],
    [
      'a log option',
      (d) => ((ui(d)['logConfiguration'] as { options: Record<string, string> }).options['mode'] = 'non-blocking'),
      { path: [C, 'ui', 'logConfiguration', 'options', 'mode'], from: null, to: 'non-blocking' },
    ],
    [
      'a mount that is read only',
      (d) => (ui(d)['mountPoints'] = [{ sourceVolume: 'data', containerPath: '/data', readOnly: true }]),
      { path: [C, 'ui', 'mountPoints', '/data', 'readOnly'], from: null, to: 'true' },
    ],
    [
      'a volume',
      (d) => (d['volumes'] as object[]).push({ name: 'tmp' }),
      { path: ['volumes', 'tmp'], from: null, to: '{name: tmp}' },
    ],
    [
      'a container that is essential',
      (d) => delete d.containerDefinitions[1]!['essential'],
      { path: [C, 'proxy', 'essential'], from: 'false', to: null },
    ],
    [
      'a container less',
      (d) => d.containerDefinitions.pop(),
      { path: [C, 'proxy'], from: '{essential: false, image: proxy:1, name: proxy}', to: null },
    ],
  ])('%s', (_name, edit, expected) => {
    const edited = structuredClone(base);
    edit(edited);
    expect(diffTaskDefinitions(answered(base)!, edited)).toEqual([expected]);
    expect(diffTaskDefinitions(edited, base)).toEqual([{ ...expected, from: expected.to, to: expected.from }]);
  });
  it('never shows what is called a secret', () => {
    const edited = structuredClone(base);
    ui(edited)['environment'] = [];
    expect(JSON.stringify(diffTaskDefinitions(base, edited))).not.toContain('hunter2');
  });
});

it('takes sizes in words for the numbers that ECS makes of them', () => {
  expect(diffTaskDefinitions(base, { ...base, cpu: '.25 vCPU', memory: '0.5 GB' })).toEqual([]);
});

const definitions = fc.record({
  family: fc.constant('f'),
  cpu: fc.constantFrom('256', 256, '512'),
  networkMode: fc.constantFrom('awsvpc', 'bridge', undefined),
  containerDefinitions: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      image: fc.constantFrom('x:1', 'x:2'),
      essential: fc.constantFrom(true, false, undefined),
      environment: fc.array(fc.record({ name: fc.constantFrom('A', '__proto__', 'constructor'), value: fc.string() }), {
        maxLength: 3,
      }),
      portMappings: fc.array(
        fc.record({ containerPort: fc.constantFrom(1, '1', 2), hostPort: fc.constantFrom(1, 0, undefined) }),
        {
          maxLength: 2,
        },
      ),
      command: fc.option(fc.array(fc.string(), { maxLength: 2 }), { nil: undefined }),
      linuxParameters: fc.constantFrom({}, { initProcessEnabled: false }, { initProcessEnabled: true }, undefined),
    }),
    { selector: (c) => c.name, maxLength: 3 },
  ),
}) as fc.Arbitrary<Definition>;

it('finds nothing between anything and itself, also in another order', () => {
  fc.assert(
    fc.property(definitions, (d) => {
      expect(diffTaskDefinitions(d, structuredClone(d))).toEqual([]);
      expect(diffTaskDefinitions(d, { ...d, containerDefinitions: [...d.containerDefinitions].reverse() })).toEqual([]);
    }),
  );
});
it('finds nothing one way exactly where it finds nothing the other way, and each path once', () => {
  fc.assert(
    fc.property(definitions, definitions, (a, b) => {
      const there = diffTaskDefinitions(a, b);
      const back = diffTaskDefinitions(b, a);
      expect(there.map(({ path, from, to }) => ({ path, from: to, to: from }))).toEqual(back);
      expect(new Set(there.map(({ path }) => path.join('\n'))).size).toBe(there.length);
    }),
  );
});
