import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTag, fargateProblem, parseDuration } from '../../../src/lib/config/checks.js';
import { findPlatformRef, parsePlatform, readPlatform } from '../../../src/lib/config/platform.js';
import { parseProject, readProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';
import { UserError } from '../../../src/lib/errors/user-error.js';

const failure = (act: () => unknown): UserError => {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const project = (services: string, head = 'project: shop\n') => parseProject(`${head}services:\n${services}`, '/p', 'baf.yaml');

describe('baf.yaml', () => {
  it.each([
    [
      'an unknown key',
      '  ui: { template: worker, heatlh: /x }',
      /^baf\.yaml:3:27: services\.ui\.heatlh: unknown key heatlh; did you mean health\? allowed: template, /,
    ],
    ['a wrong type', '  ui: { template: worker, port: abc }', /^baf\.yaml:3:33: services\.ui\.port: abc is not a /],
    [
      'a number out of range',
      '  ui: { template: worker, port: 70000 }',
      /^baf\.yaml:3:33: services\.ui\.port: 70000 is too big; at most 65535/,
    ],
    [
      'a value of a list',
      '  ui: { template: worker, deploy: { strategy: rollin } }',
      /rollin is not allowed; allowed: rolling, blue-green, canary, linear, all-at-once; did you mean rolling\?/,
    ],
    ['something missing', '  ui: { image: x }', /services\.ui\.template: missing; it has to be a string/],
    [
      'a need that is not there',
      '  ui: { template: worker, needs: [catlog] }\n  catalog: { template: worker }',
      /baf\.yaml:3:35: .*there is no service catlog; did you mean catalog\?/,
    ],
    [
      'a circle of needs',
      '  a: { template: worker, needs: [b] }\n  b: { template: worker, needs: [a] }',
      /in a circle: a -> b -> a/,
    ],
    [
      'a size that Fargate does not have',
      '  ui: { template: worker, cpu: 300 }',
      /cpu 300 is no size of Fargate; allowed: 256, 512/,
    ],
    [
      'a memory that does not go with the cpu',
      '  ui: { template: worker, cpu: 1024, memory: 512 }',
      /memory 512 does not go with cpu 1024; allowed: 2048 to 8192/,
    ],
    [
      'an environment that breaks the size',
      '  ui: { template: worker, environments: { prod: { cpu: 4096 } } }',
      /services\.ui\.environments\.prod\.cpu/,
    ],
    [
      'a web-service without a port',
      '  ui: { template: web-service, health: /x }',
      /baf\.yaml:3:3: services\.ui: a web-service needs port/,
    ],
    ['a tag in the image', '  ui: { template: worker, image: "x:1" }', /x:1 has a tag/],
    ['an empty value of env', '  ui: { template: worker, env: { A: null } }', /services\.ui\.env\.A: null: it has to be a text/],
    ['a name that is none', '  UI_x: { template: worker }', /UI_x is not a legal name/],
    [
      'a key twice',
      '  ui: { template: worker, port: 1, port: 2 }',
      /baf\.yaml:3:36: port is there already, at baf\.yaml:3:27; keep one/,
    ],
  ])('names %s', (_name, services, message) => {
    const error = failure(() => project(services));
    expect(error.code).toBe('ConfigInvalid');
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });

  it('tells all findings at once, ten at most', () => {
    const many = Array.from({ length: 14 }, (_, i) => `  s${i}: { template: worker, prot: 1 }`).join('\n');
    const lines = failure(() => project(many)).message.split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toBe('and 4 more');
  });

  it('follows anchors and merge keys', () => {
    const made = project('  a: &base { template: worker, cpu: 512, memory: 1024 }\n  b: { <<: *base, count: 2 }');
    expect(resolveService(made, 'b', 'prod')).toMatchObject({ template: 'worker', cpu: 512, count: 2 });
  });

  it('reads fifty services', () => {
    const many = Array.from({ length: 50 }, (_, i) => `  s${i}: { template: worker }`).join('\n');
    expect(Object.keys(project(many).services)).toHaveLength(50);
  });

  it('is found above the folder, and its absence is told', async () => {
    const files = {
      read: (path: string) =>
        Promise.resolve(path === '/a/baf.yaml' ? 'project: shop\nservices: { x: { template: worker } }' : null),
    };
    expect((await readProject('/a/b/c', files)).dir).toBe('/a');
    await expect(readProject('/z', files)).rejects.toMatchObject({ code: 'ProjectMissing', exitCode: 2 });
  });
});

describe('resolveService', () => {
  const made = project(
    '  ui: { template: web-service, port: 80, health: /h, count: 2, env: { A: 1, B: x }, deploy: { strategy: all-at-once }, environments: { prod: { count: 6, env: { B: y } } } }',
  );
  it('merges service < environment, maps key by key', () => {
    expect(resolveService(made, 'ui', 'prod')).toMatchObject({ count: 6, env: { A: '1', B: 'y' }, cpu: 256, memory: 512 });
    expect(resolveService(made, 'ui', 'staging')).toMatchObject({ count: 2, env: { A: '1', B: 'x' } });
    expect(resolveService(made, 'ui', 'prod').deploy).toMatchObject({
      strategy: 'all-at-once',
      minimumHealthyPercent: 0,
      maximumPercent: 100,
    });
  });
  it('names where settings and secrets are kept, by environment', () => {
    const kept = project(
      '  ui: { template: worker, settings: { LEVEL: log-level, ZONE: /shared/zone }, secrets: { A: shop/a, B: { key: b }, C: { key: c, store: secretsmanager } }, environments: { prod: { settings: { LEVEL: loud }, secrets: { A: { key: own-a } } } } }',
    );
    expect(resolveService(kept, 'ui', 'staging')).toMatchObject({
      settings: { LEVEL: '/baf/settings/staging/ui/log-level', ZONE: '/shared/zone' },
      secrets: { A: 'shop/a', B: '/baf/secrets/staging/ui/b', C: 'secretsmanager:baf/secrets/staging/ui/c' },
    });
    expect(resolveService(kept, 'ui', 'prod')).toMatchObject({
      settings: { LEVEL: '/baf/settings/prod/ui/loud' },
      secrets: { A: '/baf/secrets/prod/ui/own-a' },
    });
  });
  it.each([
    ['env: { A: 1 }, settings: { A: a }', /settings\.A|env\.A: A is in both env and settings; keep one of them/],
    ['settings: { A: a }, secrets: { A: x/a }', /A is in both settings and secrets; keep one of them/],
    ['settings: { A: "a b" }', /a b: neither a key nor a parameter’s path/],
    [
      'secrets: { A: { key: api-secret, store: secretsmanager } }',
      /secrets\.A\.key: api-secret ends with - and six.*write api_secret/,
    ],
    ['secrets: { A: { key: a, store: vault } }', /secrets\.A: .*store: ssm or secretsmanager/],
  ])('refuses %s', (part, message) => {
    expect(failure(() => project(`  ui: { template: worker, ${part} }`)).message).toMatch(message);
  });
  it('names the nearest service', () => {
    expect(failure(() => resolveService(made, 'iu', 'prod'))).toMatchObject({
      code: 'ServiceUnknown',
      nextSteps: ['Did you mean ui?', 'Services: ui'],
    });
    expect(failure(() => resolveService(made, 'constructor', 'prod')).code).toBe('ServiceUnknown');
  });
  it('holds for any settings', () => {
    const settings = fc.record(
      {
        count: fc.integer({ min: 0, max: 100 }),
        port: fc.integer({ min: 1, max: 65535 }),
        env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), fc.string()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(settings, settings, (base, over) => {
        const text = JSON.stringify({
          project: 'p',
          services: { s: { template: 'worker', ...base, environments: { prod: over } } },
        });
        const spec = resolveService(parseProject(text, '/', 'baf.yaml'), 's', 'prod');
        expect(spec.count).toBe(over.count ?? base.count ?? 1);
        expect(spec.env).toEqual({ ...base.env, ...over.env });
      }),
    );
  });
});

const platform = (environments: string, accounts = '{ a: "111111111111" }') =>
  parsePlatform(
    `platform: acme\nidentity: { role: "arn:aws:iam::{account}:role/x" }\naccounts: ${accounts}\nenvironments:\n${environments}`,
    '/p/baf.platform.yaml',
  );

describe('baf.platform.yaml', () => {
  it('gives waves, bake times and stagings', () => {
    const made = platform(
      '  prod: { waves: [{ targets: [a/eu-west-1], bake: 5m }, { targets: [a/us-east-1] }] }\n  staging: { targets: [a/eu-west-1], stagings: { domain: x.example, ttl: 1d } }',
    );
    expect(made.environments['prod']!.waves.map((w) => [w.bakeMs, w.targets[0]!.name])).toEqual([
      [300_000, 'a/eu-west-1'],
      [0, 'a/us-east-1'],
    ]);
    expect(made.environments['staging']!.stagings).toEqual({
      ttlMs: 86_400_000,
      maxTtlMs: 14 * 86_400_000,
      perOwner: 3,
      domain: 'x.example',
    });
  });
  it.each([
    [
      'an account that is not there',
      '  prod: { targets: [b/eu-west-1] }',
      undefined,
      /baf\.platform\.yaml:5:21: environments\.prod\.targets\.0: there is no account b/,
    ],
    ['a target that is none', '  prod: { targets: [a] }', undefined, /a is not account\/region/],
    ['a region that is none', '  prod: { targets: [a/europe] }', undefined, /europe is not a region/],
    ['a target twice', '  prod: { targets: [a/eu-west-1, a/eu-west-1] }', undefined, /is a target of prod already/],
    ['neither targets nor waves', '  prod: { protected: true }', undefined, /either targets or waves/],
    ['an account id without its zeros', '  prod: { targets: [a/eu-west-1] }', '{ a: 11111111111 }', /twelve digits/],
    ['a duration that is none', '  prod: { waves: [{ targets: [a/eu-west-1], bake: soon }] }', undefined, /not a duration/],
    ['promoteFrom of nowhere', '  prod: { targets: [a/eu-west-1], promoteFrom: qa }', undefined, /there is no environment qa/],
    ['a key that is not there', '  prod: { target: [a/eu-west-1] }', undefined, /unknown key target; did you mean targets\?/],
  ])('names %s', (_name, environments, accounts, message) => {
    expect(failure(() => platform(environments, accounts)).message).toMatch(message);
  });
  it('is found by flag, variable and key, in this order', async () => {
    const shop = { platformRef: './x.yaml', dir: '/p', file: 'baf.yaml' };
    expect(findPlatformRef({ flag: 'f.yaml', env: { BAF_PLATFORM: 'e.yaml' }, project: shop })).toBe('f.yaml');
    expect(findPlatformRef({ flag: undefined, env: { BAF_PLATFORM: 'e.yaml' }, project: shop })).toBe('e.yaml');
    expect(findPlatformRef({ flag: undefined, env: {}, project: shop })).toBe('/p/x.yaml');
    expect(failure(() => findPlatformRef({ flag: undefined, env: {}, project: { ...shop, platformRef: null } })).code).toBe(
      'PlatformMissing',
    );
    const text =
      'platform: acme\nidentity: { role: "arn:aws:iam::{account}:role/x" }\naccounts: { a: "111111111111" }\nenvironments: { prod: { targets: [a/eu-west-1] } }';
    const edge = {
      files: { read: () => Promise.resolve(null) },
      readSsm: (name: string) => Promise.resolve(name === '/baf/file' ? text : ''),
    };
    expect((await readPlatform('ssm:/baf/file', edge)).name).toBe('acme');
    await expect(readPlatform('ssm:baf', edge)).rejects.toMatchObject({ code: 'PlatformMissing' });
    await expect(readPlatform('nowhere.yaml', edge)).rejects.toMatchObject({ code: 'PlatformMissing' });
  });
});

describe('checks', () => {
  it('of tags and durations', () => {
    expect(checkTag('1.4.0')).toBe('1.4.0');
    expect(failure(() => checkTag('-x')).code).toBe('TagInvalid');
    expect(parseDuration('1h30m', '--timeout')).toBe(5_400_000);
    for (const bad of ['', '5', 'm', '0s', '5 m', '1w'])
      expect(failure(() => parseDuration(bad, '--for')).code).toBe('DurationInvalid');
    expect(failure(() => parseDuration('5', '--timeout')).message).toBe('--timeout "5" is not a duration.');
    expect(failure(() => parseDuration('0m', '--timeout')).message).toBe('--timeout "0m" is no time at all.');
  });
  it('of sizes', () => {
    expect(fargateProblem(256, 512)).toBeNull();
    expect(fargateProblem(512, 1500)).toMatch(/steps of 1024/);
    expect(fargateProblem(256, 1024)).toBeNull();
    expect(fargateProblem(256, 1536)).toBe('memory 1536 does not go with cpu 256; allowed: 512, 1024, 2048');
  });
});
