/** Where a rollback goes, in random sequences of deploys and rollbacks against a small model; and what it has of a deploy. */
import { openScene, type Scene } from './deploys.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollBack } from '../../../src/lib/command/rollback.js';
import { pinsOf } from '../../../src/lib/command/rollback-pins.js';
import { pinTags, unpinTags } from '../../../src/lib/command/tags-pin.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { EcsSlice } from '../../../src/lib/sandbox/services/ecs/types.js';
import type { State } from '../../../src/lib/sandbox/state.js';
import { aftermath, lockedIn } from './aftermath.js';
import { load, save, type Saved } from './crash.js';
import { asProcess, pass, play, type World } from './one-clock.js';

const SERVICE = 'catalog';
const targets = ['shop-prod'];

let scene: Scene;
let saved: Saved;

beforeAll(async () => {
  scene = openScene('rollbacks');
  saved = await scene.prepare(null, async (world) => {
    await scene.deploy([SERVICE], '0.1', { targets });
    for (let n = 2; n < 12; n++) world.faultImage(`retail-store-sample-${SERVICE}:9.${n}`, 'exits');
  });
});
afterAll(() => scene.close());

interface Step {
  readonly act: 'deploy' | 'again' | 'bad' | 'stop' | 'rollback';
  /** Left with --no-wait, or killed before this call. */
  readonly cut: 'left' | number | null;
  /** Whether what was left comes to its end before the next step. */
  readonly rests: boolean;
}
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(
    { weight: 3, arbitrary: fc.constant('deploy' as const) },
    { weight: 3, arbitrary: fc.constantFrom('again' as const, 'bad' as const, 'stop' as const) },
    { weight: 5, arbitrary: fc.constant('rollback' as const) },
  ),
  cut: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant('left' as const) },
    { weight: 3, arbitrary: fc.integer({ min: 10, max: 80 }) },
  ),
  rests: fc.boolean(),
});

const roll = async (more: object): Promise<DeployOutcome> => {
  const flags = { ...scene.base(), services: [SERVICE], force: false, plan: false, targets, 'skip-checks': ['all'] };
  return ((await rollBack({ ...flags, ...more })).json as { deploy: DeployOutcome }).deploy;
};

const stateOf = ({ state }: Saved): State => JSON.parse(state) as State;

/** By target: the tag that should run, the one that was steady last, and what runs. */
type Seen = Readonly<Record<string, { readonly desired: string; readonly live: string; readonly running: readonly string[] }>>;
function look(saved: Saved): Seen {
  const state = stateOf(saved);
  const { tags } = aftermath(state);
  return Object.fromEntries(
    Object.entries(tags).map(([name, versions]) => {
      const [cell, region] = [name.split(' ')[0]!, name.split(/[ /]/)[1]!];
      const ecs = state.cells[cell]!['ecs'] as EcsSlice;
      const imageOf = (arn: string) =>
        JSON.stringify(ecs.families).match(new RegExp(`"${arn}".*?sample-${SERVICE}:([\\w.]+)"`))![1]!;
      const running = Object.values(ecs.tasks).flatMap((t) => (t.status === 'RUNNING' ? [imageOf(t.taskDefinition)] : []));
      const tagOf = (version = '') => version.split(/[@ ]/)[0]!;
      const seen = { desired: tagOf(versions.at(-1)), live: tagOf(versions.findLast((v) => / live/.test(v))) };
      return [`shop-prod/${region}`, { ...seen, running: [...new Set(running)] }];
    }),
  );
}

/** What is remembered of a target: versions that came to be steady or were left, in their order. */
type Memory = { readonly kind: 'steady' | 'left' | 'perhaps left'; readonly tag: string }[];

class Model {
  readonly memory = new Map<string, Memory>();
  readonly deployed: string[] = ['0.1'];
  /** A rollback that has no end. */
  open: { readonly from: ReadonlyMap<string, string>; readonly to: ReadonlyMap<string, string> } | null = null;

  /** Tag by target; nothing where it stays, null where there is none. */
  expected(now: Seen): Map<string, string | null> {
    const { open } = this;
    const isOpen = ([target, { desired }]: [string, Seen[string]]) =>
      [open!.to.get(target), open!.from.get(target)].includes(desired);
    const goOn = open ? Object.entries(now).filter(isOpen) : [];
    if (goOn.length > 0) return new Map(goOn.map(([target]) => [target, open!.to.get(target)!]));
    const last = this.deployed.findLast((tag) => Object.values(now).some(({ desired }) => desired === tag));
    const leaving = Object.entries(now).filter(([, { desired }]) => desired === last);
    return new Map(
      leaving.map(([target, one]) => [target, one.live === one.desired ? this.before(target, one.desired) : one.live]),
    );
  }

  private before(target: string, now: string): string | null {
    const unwanted = new Set([now]);
    for (const { kind, tag } of this.memory.get(target)!.toReversed())
      if (kind === 'steady' && !unwanted.has(tag)) return tag;
      else if (kind === 'left' || (kind === 'perhaps left' && tag !== now)) unwanted.add(tag);
    return null;
  }

  /** After a step: `wrote`: whether it is on record; `cut`: it has no end. */
  remember(
    kind: 'deploy' | 'rollback',
    { rollouts }: DeployOutcome,
    now: Seen,
    { wrote, cut }: { wrote: boolean; cut: boolean },
  ): void {
    if (wrote) this.open = null;
    if (wrote && cut && kind === 'rollback') this.open = { from: tags(rollouts, 'from'), to: tags(rollouts, 'to') };
    for (const { target, status, from, to } of rollouts) {
      const memory = (this.memory.get(target) ?? []).map((m): Memory[number] =>
        m.kind !== 'perhaps left' || !wrote ? m : { ...m, kind: m.tag === from!.tag ? ('perhaps left' as const) : 'left' },
      );
      this.memory.set(target, memory);
      if (!wrote) continue;
      if (kind === 'rollback' && from!.tag !== to.tag) memory.push({ kind: cut ? 'perhaps left' : 'left', tag: from!.tag });
      if (!cut && (status === 'rolled-back' || status === 'failed')) memory.push({ kind: 'left', tag: to.tag });
      const { live } = now[target]!;
      if (!cut && status === 'succeeded') memory.push({ kind: 'steady', tag: to.tag });
      else if (memory.findLast((m) => m.kind === 'steady')?.tag !== live) memory.push({ kind: 'steady', tag: live });
    }
  }
}
const tags = (rollouts: DeployOutcome['rollouts'], which: 'from' | 'to'): Map<string, string> =>
  new Map(rollouts.map((r) => [r.target, r[which]!.tag]));

let counts: Record<string, number> = {};
const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);

/** What AWS holds at its end, or, where it was killed before that call, just then. */
async function play1(
  from: Saved,
  run: () => Promise<DeployOutcome>,
  killedAt: number | null,
  restMs: number,
): Promise<{ outcome: DeployOutcome; end: Saved }> {
  asProcess(5000 + (counts['steps'] ?? 0));
  const world = load(from);
  let killed: Saved | null = null;
  world.before = () => void (world.calls.length === killedAt && (killed = save(world)));
  const outcome = await play(world, run());
  // Time goes on with the next command.
  if (killedAt !== null) return { outcome, end: { ...(killed ?? save(world)), at: (killed ?? save(world)).at + restMs } };
  await pass(world, restMs);
  world.catchUp();
  return { outcome, end: save(world) };
}

async function follow(steps: readonly Step[]): Promise<void> {
  const model = new Model();
  let state = saved;
  let version = 1;
  let trace = '';
  for (const target of Object.keys(look(state))) model.memory.set(target, [{ kind: 'steady', tag: '0.1' }]);
  for (const { act, cut, rests } of steps) {
    count('steps');
    const before = look(state);
    const records = (at: Saved) => JSON.stringify(aftermath(stateOf(at)).records);
    const kind = act === 'rollback' ? 'rollback' : 'deploy';
    const wait = cut === 'left' ? { wait: false } : {};
    const tag = act === 'again' ? (model.deployed.at(-2) ?? '0.1') : `${act === 'deploy' ? '1' : '9'}.${++version}`;
    const killedAt = typeof cut === 'number' ? cut : null;
    const more = { ...wait, targets, timeout: '12m', 'skip-checks': ['all'], 'on-failure': act === 'stop' ? 'stop' : 'rollback' };
    trace += `\n${act}${act === 'rollback' ? '' : ` ${tag}`} ${cut ?? ''} from ${JSON.stringify(before)}`;
    const expected = kind === 'rollback' ? model.expected(before) : null;
    if (expected && [...expected.values()].includes(null)) {
      count('refused');
      await expect(play(load(state), roll({})), trace).rejects.toMatchObject({ code: 'NoSteadyVersion', exitCode: 4 });
      continue;
    }
    const run = async () => (kind === 'rollback' ? roll(wait) : (await scene.deploy([SERVICE], tag, more)).outcome);
    const { outcome, end } = await play1(state, run, killedAt, rests || cut === null ? 20 * 60_000 : 2_000);
    if (expected) expect(tags(outcome.rollouts, 'to'), trace).toEqual(expected);
    const wrote = records(end) !== records(state);
    if (kind === 'deploy' && wrote) model.deployed.push(tag);
    state = end;
    const now = look(end);
    trace += ` -> ${outcome.status} ${JSON.stringify(now)}`;
    const over = outcome.status === 'started' || killedAt !== null;
    model.remember(kind, outcome, now, { wrote, cut: over });
    count(`${kind} ${over ? 'cut' : outcome.status}`);
    if (over || act === 'stop') continue;
    // Whatever was before: what runs is what the tag says, and what is marked as live.
    for (const { target } of outcome.rollouts) {
      const { desired, live, running } = now[target]!;
      expect({ live, running }, trace).toEqual({ live: desired, running: [desired] });
      expect(desired, trace).not.toMatch(/^9/);
    }
    expect(lockedIn(stateOf(end), end.at), trace).toEqual([]);
  }
}

const left = (act: Step['act']): Step => ({ act, cut: 'left', rests: false });
const done = (act: Step['act']): Step => ({ act, cut: null, rests: false });
/** Found by more runs than these. */
const found: Step[][] = [
  // The tag that was there before a deploy that is brought back was one that never came to run.
  [done('stop'), done('rollback'), left('rollback'), done('stop'), done('again')],
  // What a rollback left that was left itself does not come again.
  [done('deploy'), left('rollback'), done('bad'), done('rollback')],
];

it('a rollback goes to the last version that was steady and is still wanted, whatever was before', async () => {
  counts = {};
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 6 }), (steps) => follow(steps)),
    { numRuns: 5, examples: found.map((steps): [Step[]] => [steps]) },
  );
  // Otherwise it would hold of sequences in which nothing happens.
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining(['rollback succeeded', 'rollback cut', 'deploy rolled-back', 'refused']),
  );
}, 900_000);

describe('a rollback is a deploy to another tag', () => {
  let at: Saved;
  beforeAll(async () => {
    at = await scene.prepare(saved, async (world) => {
      for (const tag of ['1.0', '1.1', '1.2']) await scene.deploy([SERVICE], tag, { targets });
      world.faultImage(`retail-store-sample-${SERVICE}:1.0`, 'missing');
    });
  });
  /** Each begins where the one before ended. */
  const then = async <T>(act: (world: World) => Promise<T>): Promise<T> => {
    asProcess(7);
    const world = load(at);
    const result = await play(world, act(world));
    await pass(world, 20 * 60_000);
    world.catchUp();
    at = save(world);
    return result;
  };
  const desired = () => [...new Set(Object.values(look(at)).map((one) => `${one.desired} ${one.live} ${one.running.join()}`))];

  it('left to ECS with --no-wait, and ended by the same command without it', async () => {
    const begun = await then(() => roll({ wait: false, 'skip-checks': [] }));
    expect([begun.status, desired()]).toEqual(['started', ['1.1 1.2 1.1']]);
    expect(lockedIn(stateOf(at), at.at)).toEqual([]);
    const ended = await then(() => roll({}));
    expect([ended.id, desired()]).toEqual([begun.id, ['1.1 1.1 1.1']]);
  });

  it('refused by pre-flight, before anything is touched, where its image is gone', async () => {
    const before = aftermath(stateOf(at));
    const refused = { code: 'PreflightFailed', exitCode: 4, message: expect.stringContaining(':1.0') as string };
    await expect(then(() => roll({ 'skip-checks': [] }))).rejects.toMatchObject(refused);
    const planned = await then(() =>
      rollBack({ ...scene.base(), services: [SERVICE], force: false, plan: true, targets, 'exit-code': true }),
    );
    expect(planned.exitCode).toBe(6);
    const finding = { id: 'image', outcome: 'problem', service: SERVICE };
    expect(planned.json).toMatchObject({ plan: { preflight: { findings: [finding, finding] } } });
    expect(aftermath(stateOf(at))).toEqual(before);
    await expect(then(() => roll({ 'skip-checks': ['nothing'] }))).rejects.toMatchObject({ exitCode: 2 });
  });

  it('refused where the service is pinned to another version', async () => {
    await then(() => pinTags({ ...scene.base(), services: [SERVICE], reason: 'holidays', tag: '1.1' }));
    const before = aftermath(stateOf(at));
    await expect(then(() => roll({}))).rejects.toMatchObject({ code: 'Pinned', exitCode: 4 });
    expect(aftermath(stateOf(at))).toEqual(before);
    await then(() => unpinTags({ ...scene.base(), services: [SERVICE] }));
  });

  it('held where it went with --pin, whatever is deployed next', async () => {
    const flags = { ...scene.base(), services: [SERVICE], force: false, plan: false, targets, 'skip-checks': ['all'] };
    const back = await then(() => rollBack({ ...flags, to: '1.2', pin: true, reason: '1.1 leaks' }));
    expect([back.exitCode, back.text]).toEqual([0, expect.stringContaining(`Pinned in prod: ${SERVICE} to 1.2.`)]);
    const next = then(() => scene.deploy([SERVICE], '1.3', { targets }));
    await expect(next).rejects.toMatchObject({ code: 'Pinned', message: expect.stringContaining('(1.1 leaks)') as string });
    expect(desired()).toEqual(['1.2 1.2 1.2']);
  });

  it('not pinned where it goes to several tags', () => {
    const chosen = { 'ui a/eu-west-1': '1', 'ui b/eu-west-1': '2', 'cart a/eu-west-1': '1' };
    expect([...pinsOf(chosen, ['cart'], 'prod')]).toEqual([['cart', '1']]);
    expect(() => pinsOf(chosen, ['ui', 'cart'], 'prod')).toThrow(/ui goes back to 1 and 2 in prod/);
  });
});
