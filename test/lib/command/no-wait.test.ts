/** Deploys that nobody waits for: begun, left to ECS, seen from elsewhere, and ended by the same command. */
import { endTime, enter, keepPlaying, projectDir, removeDir, startTime } from './one-clock.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelOne } from '../../../src/lib/command/cancel.js';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { faultCall, faultImage } from '../../../src/lib/command/faults.js';
import { showHistory } from '../../../src/lib/command/history.js';
import { showLocks } from '../../../src/lib/command/lock.js';
import { sandboxCalls } from '../../../src/lib/command/sandbox.js';
import { listTags } from '../../../src/lib/command/tags.js';
import { watchOne } from '../../../src/lib/command/watch.js';
import type { DeployRow } from '../../../src/lib/model/deploy-row.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';

let dir: string;
let stop: () => void;
beforeAll(async () => {
  startTime();
  dir = projectDir('no-wait');
  stop = keepPlaying(enter());
  process.env['BAF_ACTOR'] = 'ana';
  expect((await deploy('1.3.0')).outcome.status).toBe('succeeded');
}, 60_000);
afterAll(() => {
  stop();
  endTime();
  removeDir(dir);
});

const base = () => ({
  ...{ dir, sandbox: true, yes: true, 'no-input': true, 'no-color': true, verbose: false, progress: 'none' },
});
const settings = { env: 'prod', plan: false, 'exit-code': false, timeout: '6h', 'on-failure': 'rollback' as const, json: true };
const deploy = async (tag: string, more: object = {}) => {
  const done = await deployServices({ ...base(), ...settings, services: ['ui'], tag: [tag], targets: ['shop-prod'], ...more });
  return { ...done, outcome: (done.json as { deploy: DeployOutcome }).deploy };
};
const leave = (tag: string, more: object = {}) => deploy(tag, { wait: false, ...more });
const history = async (): Promise<DeployRow> =>
  ((await showHistory(['ui'], { ...base(), env: 'prod', limit: 1 })).json as { deploys: DeployRow[] }).deploys[0]!;
const tags = async (): Promise<string[]> =>
  ((await listTags(['ui'], { ...base(), env: ['prod'] })).json as { tags: TagRow[] }).tags
    .filter((t) => t.target.startsWith('shop-prod'))
    .map((t) => `${t.tag} ${t.running} ${t.live} ${t.state}`);
const updates = async (): Promise<number> =>
  ((await sandboxCalls(base())).json as { calls: { service: string; operation: string; count: number }[] }).calls
    .filter((c) => c.operation === 'UpdateService')
    .reduce((sum, c) => sum + c.count, 0);

describe('a deploy with --no-wait', () => {
  it('begins, waits for nothing, and gives the lock back', async () => {
    const before = await updates();
    const { outcome, exitCode, text } = await leave('1.4.0');
    expect([outcome.status, exitCode]).toEqual(['started', 0]);
    expect(outcome.rollouts.map((r) => `${r.target} ${r.from?.tag} ${r.to.tag} ${r.status}`)).toEqual([
      'shop-prod/eu-west-1 1.3.0 1.4.0 started',
      'shop-prod/us-east-1 1.3.0 1.4.0 started',
    ]);
    expect(text).toContain(`To look: baf watch ${outcome.id} --env prod`);
    expect(text).toMatch(/The same command without --no-wait waits for its end/);
    expect(await tags()).toEqual(Array(2).fill('1.4.0 1.3.0 1.3.0 rolling'));
    expect(await updates()).toBe(before + 2);
    expect((await showLocks([], { ...base(), env: 'prod' })).json).toEqual({ locks: [] });
    const started = { status: 'started' };
    expect(await history()).toMatchObject({ id: outcome.id, status: 'left', finishedAt: null, rollouts: [started, started] });
  });

  it('is begun once, however often it is typed', async () => {
    const [before, { id }] = [await updates(), await history()];
    const { outcome } = await leave('1.4.0');
    expect([outcome.id, outcome.status, await updates()]).toEqual([id, 'started', before]);
  });

  it('is watched to the end that ECS gives it', async () => {
    const { id } = await history();
    const watched = await watchOne(null, { ...base(), env: 'prod' });
    expect(watched.json).toMatchObject({ deploy: { id, status: 'succeeded' } });
    expect(watched.exitCode).toBe(0);
    expect(watched.warnings).toEqual([`${id} has no end on record: run the same command again to finish it.`]);
    expect(await tags()).toEqual(Array(2).fill('1.4.0 1.4.0 1.3.0 in-sync'));
  });

  it('is ended by the same command that waits: live, on record, and nothing rolled twice', async () => {
    const [before, { id }] = [await updates(), await history()];
    const { outcome } = await deploy('1.4.0');
    expect([outcome.id, outcome.status, await updates()]).toEqual([id, 'succeeded', before]);
    expect(await tags()).toEqual(Array(2).fill('1.4.0 1.4.0 1.4.0 in-sync'));
    expect(await history()).toMatchObject({ id, status: 'succeeded', finishedAt: expect.any(String) as string });
  });

  it('of a version that does not start goes back by ECS: seen, and the tag written back by baf cancel', async () => {
    await faultImage('retail-store-sample-ui:2.0', { ...base(), outcome: 'exits' });
    const { outcome } = await leave('2.0');
    const watched = await watchOne(outcome.id, { ...base(), env: 'prod' });
    const ended = (watched.json as { deploy: DeployOutcome }).deploy;
    expect([ended.status, watched.exitCode]).toEqual(['rolled-back', 1]);
    expect(ended.rollouts[0]!.cause).toMatchObject({
      code: 'RolledBackUnseen',
      message: expect.stringMatching(/1\.4\.0/) as string,
    });
    expect(await tags()).toEqual(Array(2).fill('2.0 1.4.0 1.4.0 drifted'));
    const cancelled = await cancelOne(outcome.id, { ...base(), env: 'prod', timeout: '6h' });
    expect([cancelled.exitCode, (await history()).status]).toEqual([0, 'cancelled']);
    expect(await tags()).toEqual(Array(2).fill('1.4.0 1.4.0 1.4.0 in-sync'));
  }, 60_000);

  it('that cannot begin everywhere brings back what it has begun, and waits for that', async () => {
    await faultCall('ecs:UpdateService', { ...base(), kind: 'denied', times: 1, target: 'shop-prod/us-east-1' } as never);
    const { outcome, exitCode } = await deploy('1.6.0', { wait: false });
    expect(exitCode).toBe(1);
    expect(outcome.rollouts.map((r) => `${r.target} ${r.status}`)).toEqual([
      'shop-prod/eu-west-1 rolled-back',
      'shop-prod/us-east-1 failed',
    ]);
    expect((await tags())[0]).toBe('1.4.0 1.4.0 1.4.0 in-sync');
    expect(await history()).toMatchObject({ id: outcome.id, status: 'failed' });
  }, 60_000);

  it('is refused over several waves, before anything is touched', async () => {
    const before = await tags();
    await expect(leave('1.5.0', { targets: [] })).rejects.toMatchObject({
      code: 'CannotLeave',
      exitCode: 2,
      message: expect.stringMatching(/^--no-wait cannot leave this deploy to ECS\. 2 waves: /) as string,
      nextSteps: ['One wave at a time: --targets shop-canary/eu-west-1', 'Or leave out --no-wait.'],
    });
    expect(await tags()).toEqual(before);
  });
});
