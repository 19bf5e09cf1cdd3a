/** Every strategy brings a version in, and goes back from a bad one, in a time of its own: hours of baking take seconds. */
import { openScene, type Scene } from './deploys.js';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { listTags } from '../../../src/lib/command/tags.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import { load, type Saved } from './crash.js';
import { asProcess, play, type World } from './one-clock.js';

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
