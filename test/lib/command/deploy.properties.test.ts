/** Random deploys against the embedded AWS: services, sizes, needs, waves, versions that fail, calls that fail, ends before the end. */
import { openScene, type Scene } from './deploys.js';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { BafEvent } from '../../../src/lib/model/event.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import { isHealthy } from '../../../src/lib/sandbox/services/ecs/state.js';
import type { EcsSlice } from '../../../src/lib/sandbox/services/ecs/types.js';
import type { State } from '../../../src/lib/sandbox/state.js';
import { aftermath, differences, lockedIn, serving } from './aftermath.js';
import { course, cutBefore, killedAt, load, type Saved } from './crash.js';
import { asProcess, pass, play, type World } from './one-clock.js';

const COUNTS = { catalog: 1, cart: 3, checkout: 2 } as const;
const SERVICES = Object.keys(COUNTS) as (keyof typeof COUNTS)[];

let scene: Scene;
let saved: Saved;
let events: BafEvent[] = [];

beforeAll(async () => {
  scene = openScene('properties');
  scene.edit(written({ strategies: {}, chain: false }));
  saved = await scene.prepare(null, () => scene.deploy(SERVICES, '1.3.0'));
  // What is told as it happens: one event a line.
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    for (const line of String(text).split('\n')) if (line.startsWith('{')) events.push(JSON.parse(line) as BafEvent);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
});
beforeEach(() => void (events = []));
afterAll(() => scene.close());

interface Course {
  readonly services: (typeof SERVICES)[number][];
  readonly targets: string[];
  readonly strategies: Readonly<Record<string, 'rolling' | 'all-at-once'>>;
  readonly chain: boolean;
  readonly images: Readonly<Record<string, 'ok' | 'exits' | 'unhealthy' | 'oom' | 'slow'>>;
  readonly capacity: boolean;
  readonly trouble: {
    readonly kind: 'throttle' | 'error' | 'reset' | 'lost';
    readonly rate: number;
    readonly seed: number;
  } | null;
  readonly maxFailures: number;
  readonly parallel: number | undefined;
  readonly onFailure: 'rollback' | 'stop';
}

const image = fc.oneof(
  { weight: 3, arbitrary: fc.constant('ok' as const) },
  { weight: 1, arbitrary: fc.constantFrom('exits' as const, 'unhealthy' as const, 'oom' as const, 'slow' as const) },
);
const strategy = fc.constantFrom('rolling' as const, 'rolling' as const, 'all-at-once' as const);
const anyDeploy: fc.Arbitrary<Course> = fc.record({
  services: fc.subarray(SERVICES, { minLength: 1 }),
  targets: fc.subarray(['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'], { minLength: 1 }),
  strategies: fc.record({ catalog: strategy, cart: strategy, checkout: strategy }),
  chain: fc.boolean(),
  images: fc.record({ catalog: image, cart: image, checkout: image }),
  capacity: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  trouble: fc.option(
    fc.record({
      kind: fc.constantFrom('throttle' as const, 'error' as const, 'reset' as const, 'lost' as const),
      rate: fc.constantFrom(0.02, 0.1),
      seed: fc.nat(1_000_000),
    }),
    { nil: null },
  ),
  maxFailures: fc.constantFrom(0, 0, 1, 2),
  parallel: fc.constantFrom(undefined, 1, 2),
  onFailure: fc.constantFrom('rollback' as const, 'rollback' as const, 'stop' as const),
});

/** The project with these services as they are wanted. */
function written({ strategies, chain }: Pick<Course, 'strategies' | 'chain'>) {
  return (text: string): string =>
    SERVICES.reduce(
      (made, name, index) => {
        const needs = chain && index > 0 ? `    needs: [${SERVICES[index - 1]}]\n` : '';
        const deploy = strategies[name] ? `    deploy: { strategy: ${strategies[name]} }\n` : '';
        return made.replace(`\n  ${name}:\n`, `\n  ${name}:\n    count: ${COUNTS[name]}\n${needs}${deploy}`);
      },
      text.replace(/\n {4}needs: [^\n]*/g, ''),
    );
}

const run = (of: Course, more: object = {}) =>
  scene.deploy(of.services, '1.4.0', {
    targets: of.targets,
    'max-failures': String(of.maxFailures),
    ...(of.parallel === undefined ? {} : { parallel: of.parallel }),
    'on-failure': of.onFailure,
    timeout: '12m',
    'skip-checks': ['all'],
    progress: 'jsonl',
    ...more,
  });

function disturb(world: World, of: Course): void {
  for (const [name, outcome] of Object.entries(of.images))
    if (outcome !== 'ok') world.faultImage(`retail-store-sample-${name}:1.4.0`, outcome);
  if (of.capacity) world.state.faults.capacity[where(of.targets[0]!)] = 6;
  if (of.trouble) world.fault('*', of.trouble.kind, null, of.trouble);
}
const ACCOUNTS: Readonly<Record<string, string>> = { 'shop-canary': '222222222222', 'shop-prod': '333333333333' };
const where = (target: string): string => target.replace(/^[^/]+/, (account) => ACCOUNTS[account]!);

/** Services with fewer healthy tasks than their bounds allow. */
function belowFloor(state: State, now: number): string[] {
  return Object.entries(state.cells).flatMap(([cell, slices]) => {
    const { services = {}, tasks = {} } = (slices['ecs'] ?? {}) as Partial<EcsSlice>;
    return Object.values(services).flatMap((service) => {
      const { minimumHealthyPercent = 100 } = (service.settings['deploymentConfiguration'] ?? {}) as {
        minimumHealthyPercent?: number;
      };
      const floor = Math.ceil((service.desired * minimumHealthyPercent) / 100);
      const healthy = Object.values(tasks).filter(
        (t) => t.service === service.name && t.status === 'RUNNING' && isHealthy(t, now),
      );
      return healthy.length < floor ? [`${cell} ${service.name}: ${healthy.length} of ${floor}`] : [];
    });
  });
}

const keyOf = (e: { service: string; target: string }): string => `${e.service} ${e.target}`;
const of = <T extends BafEvent['type']>(type: T) => events.filter((e): e is Extract<BafEvent, { type: T }> => e.type === type);

/** What holds of every deploy, however it went. */
async function play1(
  given: Course,
  atCall: (world: World, n: number) => void = () => undefined,
): Promise<{ world: World; ended: boolean }> {
  events = [];
  scene.edit(written(given));
  const world = load(saved);
  asProcess(4711);
  const below = new Set<string>();
  let n = 0;
  world.before = (state) => {
    n++;
    if (n === 1) disturb(world, given);
    belowFloor(state, Date.now()).forEach((text) => below.add(text));
    atCall(world, n);
  };
  let ended = true;
  await play(world, run(given)).catch((error: unknown) => {
    // A trouble that outlasts the SDK's patience while it is planned: nothing was touched.
    if (!(error instanceof UserError && given.trouble)) throw error;
    ended = false;
    expect(differences(begun(), aftermath(world.state))).toEqual([]);
  });
  expect([...below]).toEqual([]);
  if (!ended) return { world, ended };
  const queued = of('rollout.queued').map(keyOf);
  expect(queued).toHaveLength(given.services.length * given.targets.length);
  expect(of('rollout.ended').map(keyOf).toSorted()).toEqual(queued.toSorted());
  expect(of('deploy.ended')).toHaveLength(1);
  expect(of('deploy.ended')[0]!.outcome.rollouts.map(keyOf)).toEqual(queued);
  expect(events.at(-1)!.type === 'lock.lost' || events.findIndex((e) => e.type === 'deploy.ended') > 0).toBe(true);
  const usedUp = events.findIndex((e) => e.type === 'budget.used-up');
  if (usedUp >= 0) expect(events.slice(usedUp).filter((e) => e.type === 'rollout.started')).toEqual([]);
  expect(lockedIn(world.state, Date.now())).toEqual([]);
  return { world, ended };
}
const begun = () => aftermath(JSON.parse(saved.state) as State);

async function settle(world: World): Promise<void> {
  world.clearFaults();
  await pass(world, 15 * 60_000);
  world.catchUp();
}

it('never fewer healthy tasks than the floor; each rollout ends once; nothing new after the budget; what runs is what is said', async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyDeploy, async (given) => {
      const { world, ended } = await play1(given);
      if (!ended) return;
      const { outcome } = of('deploy.ended')[0]!;
      outcome.rollouts.forEach((r) => ends.add(r.status));
      const before = structuredClone(aftermath(world.state));
      expect(before.scaling).toEqual([]);
      expect(before.records.at(-1)!['ended']).toBe(`deploy ${outcome.status}`);
      for (const rollout of outcome.rollouts) {
        const at = `${where(rollout.target)} ${rollout.service}`;
        const desired = before.tags[at]!.at(-1)!.split('@')[0];
        const { running } = before.services[at.replace(' ', ' retail-store-prod-')] as { running: string[] };
        const own = rollout.status === 'succeeded' ? '1.4.0' : '1.3.0';
        // Where it was to stop, or could not be brought back, that is said; else all agree.
        if (rollout.status === 'failed') continue;
        expect([at, desired, new Set(running).size, rollout.status]).toEqual([at, own, 1, rollout.status]);
        expect(before.tags[at]!.findLast((v) => / live/.test(v))).toContain(own);
      }
      if (given.onFailure === 'rollback' && given.maxFailures === 0 && !outcome.rollouts.some((r) => r.status === 'failed'))
        expect(new Set(Object.values(outcome.rollouts).map((r) => (r.status === 'succeeded' ? 'new' : 'old'))).size).toBe(1);
    }),
    { numRuns: 30 },
  );
  // Otherwise it would hold of deploys that all go well.
  expect([...ends]).toEqual(expect.arrayContaining(['succeeded', 'rolled-back', 'skipped']));
}, 900_000);

it('a deploy that is stopped begins nothing new, and the same command finishes it', async () => {
  const calm = anyDeploy.map((d) => ({
    ...d,
    capacity: false,
    trouble: null,
    images: { catalog: 'ok', cart: 'ok', checkout: 'ok' } as const,
  }));
  await fc.assert(
    fc.asyncProperty(calm, fc.integer({ min: 40, max: 160 }), async (given, stopAt) => {
      let stopped = -1;
      const writes = ['ecs:UpdateService', 'ecs:CreateService', 'ecs:RegisterTaskDefinition'];
      const { world, ended } = await play1(given, (_, n) => {
        if (n !== stopAt) return;
        stopped = n;
        process.emit('SIGTERM', 'SIGTERM');
      });
      expect(ended).toBe(true);
      if (stopped < 0) return;
      // What was sent at the same moment arrives; nothing is begun after it.
      const after = world.calls.slice(stopped + given.services.length * 3).map((c) => `${c.service}:${c.operation}`);
      expect(after.filter((call) => writes.includes(call))).toEqual([]);
      world.before = () => undefined;
      const again = await play(world, run(given));
      expect(again.exitCode).toBe(0);
      await settle(world);
      for (const [at, versions] of Object.entries(aftermath(world.state).tags))
        if (given.services.some((s) => at.endsWith(` ${s}`)) && given.targets.some((t) => at.startsWith(`${where(t)} `)))
          expect(versions.map((v) => v.replace(/@\w+/, ''))).toEqual(['1.3.0 deploy last-good', '1.4.0 deploy live']);
    }),
    { numRuns: 12 },
  );
}, 900_000);

it('killed anywhere and run again, it ends as if nothing had been', async () => {
  const brought = anyDeploy.map((d) => ({
    ...d,
    capacity: false,
    trouble: null,
    maxFailures: 0,
    onFailure: 'rollback' as const,
  }));
  await fc.assert(
    fc.asyncProperty(brought, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), async (given, share, here) => {
      scene.edit(written(given));
      const from = load(saved);
      await play(from, scene.deploy(given.services, '1.3.0', { plan: true }));
      disturb(from, given);
      const begin = { state: JSON.stringify(from.state), at: Date.now() };
      const undisturbed = await course(begin, () => run(given));
      const cut = cutBefore(undisturbed, Math.ceil(share * undisturbed.calls.length));
      const place = here ? 'here' : 'elsewhere';
      const { end, locked } = await killedAt(cut, place, () => run(given, here ? {} : { 'lock-wait': '10m' }));
      expect(locked).toEqual([]);
      const judge = given.services.every((s) => given.images[s] === 'ok' || given.images[s] === 'slow')
        ? (a: typeof end) => ({ ...a, records: a.records.map((r) => r['ended']) })
        : serving;
      expect(differences(judge(undisturbed.end), judge(end))).toEqual([]);
    }),
    { numRuns: 12 },
  );
}, 900_000);
