/** Every strategy brings a version in, and goes back from a bad one, in a time of its own: hours of baking take seconds. */
import { openScene, withDeploy, type Scene } from './deploys.js';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { continueRollouts } from '../../../src/lib/command/continue.js';
import { showStatus } from '../../../src/lib/command/status.js';
import { listTags } from '../../../src/lib/command/tags.js';
import { watchOne } from '../../../src/lib/command/watch.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import { load, save, type Saved } from './crash.js';
import { asProcess, enter, play, type World } from './one-clock.js';

// A linear rollout is hours of looking: on a busy machine they take their time.
vi.setConfig({ testTimeout: 900_000 });

let scene: Scene;
let saved: Saved;
let events: BafEvent[] = [];
const env = 'staging';

beforeAll(async () => {
  scene = openScene('strategies');
  saved = await scene.prepare(null, () => scene.deploy(['ui'], '1.0.0', { env }));
  // What is told as it happens: one event a line.
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    for (const line of String(text).split('\n')) if (line.startsWith('{')) events.push(JSON.parse(line) as BafEvent);
    return true;
  });
});
beforeEach(() => void (events = []));
afterAll(() => scene.close());

it.each(['blue-green', 'canary', 'rolling', 'linear', 'all-at-once'])('%s', async (strategy) => {
  const world: World = load(saved);
  asProcess(1);
  const deploy = (tag: string) => play(world, scene.deploy(['ui'], tag, { env, strategy, progress: 'jsonl' }));
  const good = await deploy('2.0.0');
  expect([good.exitCode, good.outcome.status]).toEqual([0, 'succeeded']);
  const stages = events.filter((e) => e.type === 'rollout.stage');
  const moves = !['rolling', 'all-at-once'].includes(strategy);
  expect(stages.length > 0).toBe(moves);
  const positions = stages.map((s) => s.position);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  if (moves) expect(Math.max(...stages.map((s) => s.production!))).toBe(100);
  if (strategy === 'linear') expect(new Set(stages.map((s) => s.production)).size).toBeGreaterThan(4);
  expect((await deploy('2.0.0')).outcome.status).toBe('unchanged');
  for (const outcome of ['exits', 'unhealthy']) {
    world.faultImage(`retail-store-sample-ui:2-${outcome}`, outcome);
    const bad = await deploy(`2-${outcome}`);
    expect([bad.exitCode, bad.outcome.status]).toEqual([1, 'rolled-back']);
    expect(bad.outcome.rollouts[0]!.cause!.code).toMatch(outcome === 'exits' ? /ContainerExited/ : /HealthCheck/);
  }
  const listed = await play(world, listTags(['ui'], { ...scene.base(), env: [env], json: true } as never));
  expect((listed.json as { tags: TagRow[] }).tags.map((row) => row.running)).toEqual(['2.0.0']);
});

/** A rollout that waits for somebody, as it is told. */
const paused = async (): Promise<Extract<BafEvent, { type: 'rollout.stage' }>> => {
  for (;;) {
    const stage = events.findLast((e) => e.type === 'rollout.stage' && e.waiting);
    if (stage) return stage as Extract<BafEvent, { type: 'rollout.stage' }>;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
};

it('is changed without a new version: nothing is rolled out, and the next deploy finds nothing to do', async () => {
  const world: World = load(saved);
  asProcess(1);
  const deploy = (strategy: string) => play(world, scene.deploy(['ui'], '1.0.0', { env, strategy }));
  expect((await deploy('all-at-once')).outcome.status).toBe('succeeded');
  expect((await deploy('all-at-once')).outcome.status).toBe('unchanged');
  expect((await deploy('rolling')).outcome.status).toBe('succeeded');
  expect((await deploy('rolling')).outcome.status).toBe('unchanged');
  expect(events.filter((e) => e.type === 'rollout.progress' && e.tasks.old > 0)).toEqual([]);
});

it('of a first version that nobody let go on is tried anew by the same command', async () => {
  const world = enter();
  asProcess(1);
  scene.edit(withDeploy('ui', '{ strategy: blue-green, bake: 1m, pause: { at: [post-test-traffic-shift], timeout: 3m } }'));
  const deploy = (tag: string, more: object = {}) => scene.deploy(['ui'], tag, { env, progress: 'jsonl', ...more });
  const status = async () =>
    ((await showStatus(['ui'], { ...scene.base(), env })).json as { status: { state: string; paused: object | null }[] }).status;
  const left = await play(world, deploy('1.0.0'));
  expect(left.outcome.rollouts[0]!).toMatchObject({ status: 'failed', cause: { code: 'PauseTimedOut' } });
  expect(await play(world, status())).toMatchObject([{ state: 'failed', paused: null }]);
  const answers = async (back: boolean) => {
    events = [];
    const { waiting } = await paused();
    expect(waiting).toMatchObject({ otherwise: 'rollback', command: 'baf continue ui --env staging' });
    expect(await status()).toMatchObject([{ state: 'rolling', paused: { stage: 'POST_TEST_TRAFFIC_SHIFT' } }]);
    await continueRollouts('ui', { ...scene.base(), env, back });
  };
  const [again] = await play(world, Promise.all([deploy('1.0.0'), answers(false)]));
  expect(again.outcome.status).toBe('succeeded');
  const [sent] = await play(world, Promise.all([deploy('2.0.0'), answers(true)]));
  expect(sent.outcome.rollouts[0]!).toMatchObject({ status: 'rolled-back', cause: { code: 'HookRefused' } });
  // On the way back it is the version before that is counted.
  const back = events.filter((e) => e.type === 'rollout.progress' && e.tasks.back).map((e) => (e as { tasks: object }).tasks);
  expect(back.at(-1)).toMatchObject({ desired: 1, running: 1, old: 0 });
  await expect(play(world, continueRollouts('ui', { ...scene.base(), env, back: false }))).rejects.toMatchObject({ exitCode: 4 });
});

it('that was left while it is paused is watched from elsewhere: where it stands, and that ECS went back', async () => {
  const world = load(saved);
  scene.edit(
    withDeploy(
      'ui',
      '{ strategy: canary, steps: { percent: 10, wait: 1m }, pause: { at: [post-test-traffic-shift], timeout: 3m } }',
    ),
  );
  asProcess(2);
  void scene.deploy(['ui'], '2.0.0', { env, progress: 'jsonl' });
  await play(world, paused());
  // Its process is gone: what it would still do never happens.
  const elsewhere = load(save(world));
  asProcess(3, 'desk');
  events = [];
  const { outcome } = await play(elsewhere, watchOne(null, { ...scene.base(), env, progress: 'jsonl' })).then(({ json }) => ({
    outcome: (json as { deploy: DeployOutcome }).deploy,
  }));
  expect(events.filter((e) => e.type === 'rollout.stage')).toMatchObject([{ stage: 'POST_TEST_TRAFFIC_SHIFT', waiting: {} }]);
  expect(outcome.rollouts[0]).toMatchObject({ status: 'rolled-back', cause: { code: 'RolledBackUnseen' } });
});
