/** Deploys on record: seen, watched, cancelled and rolled back by other processes than the deploying one. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

interface Deploy {
  id: string;
  status: string;
  by: string;
  kind: string;
  rollouts: { target: string; status: string; to: { tag: string } }[];
}
let here: Place;
let ben: Place;
const prod = ['--env', 'prod', '--sandbox', '--speed', '40'];
/** How long the first wave bakes. However slow this machine is, the second one has not begun within twenty minutes. */
const bake = (time: '1m' | '20m'): void => {
  const file = join(here.dir, 'baf.platform.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/bake: \d+m/, `bake: ${time}`));
};
beforeAll(async () => {
  here = place();
  ben = here.with({ BAF_ACTOR: 'ben' });
  for (const tag of ['1.3.0', '1.4.0']) expect((await here.run('deploy', 'ui', '--tag', tag, ...prod)).code).toBe(0);
});
afterAll(() => here.remove());

const deployOf = (value: object): Deploy => (value as { deploy: Deploy }).deploy;
const history = async (): Promise<Deploy[]> =>
  ((await ben.json('history', 'ui', ...prod)).value as unknown as { deploys: Deploy[] }).deploys;
const running = async (): Promise<string[]> => {
  const { value } = await here.json('ssm', 'tags', 'ui', ...prod);
  return (value as unknown as { tags: { tag: string; running: string; live: string }[] }).tags.map(
    (t) => `${t.tag} ${t.running} ${t.live}`,
  );
};

/** In a folder without baf.yaml, where only the platform file is named: what is on record is seen, and nothing is made up. */
async function fromThePlatformAlone(): Promise<void> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'baf-elsewhere-'));
  try {
    cpSync(join(here.dir, '.baf'), join(elsewhere, '.baf'), { recursive: true });
    const at = ['-C', elsewhere, ...prod];
    const named = ['--platform', join(here.dir, 'baf.platform.yaml'), ...at];
    const seen = await ben.json('history', 'ui', '--limit', '1', ...named);
    expect([seen.code, seen.value]).toMatchObject([0, { deploys: [{ status: 'lost', by: 'ana' }] }]);
    const cancelled = await ben.json('cancel', ...named);
    expect([cancelled.code, cancelled.value]).toMatchObject([4, { error: { code: 'OtherProject' } }]);
    const unnamed = await ben.json('watch', ...at);
    expect([unnamed.code, unnamed.value]).toMatchObject([
      2,
      { error: { nextSteps: [/-C DIR/, /--platform FILE/].map(matching) } },
    ]);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}
const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('a deploy that runs', () => {
  it('is watched by somebody else, to the same end', async () => {
    const first = here.start('deploy', 'ui', '--tag', '1.5.0', '--json', '--progress', 'jsonl', ...prod);
    await first.sees(/"type":"wave.started"/);
    const watched = await ben.json('watch', ...prod);
    const ended = await first.done;
    expect([ended.code, watched.code]).toEqual([0, 0]);
    const own = deployOf(JSON.parse(ended.stdout) as object);
    expect(deployOf(watched.value)).toMatchObject({ id: own.id, status: 'succeeded', rollouts: own.rollouts });
    expect((await history())[0]).toMatchObject({ id: own.id, by: 'ana', kind: 'deploy', status: 'succeeded' });
  });

  it('is cancelled by somebody else: everything goes back', async () => {
    bake('20m');
    const first = here.start('deploy', 'ui', '--tag', '1.6.0', '--json', '--progress', 'jsonl', ...prod);
    await first.sees(/"step":"watching"/);
    const cancelled = await ben.json('cancel', ...prod);
    const ended = await first.done;
    expect([ended.code, cancelled.code]).toEqual([1, 0]);
    // How far it had come by then is the machine's affair.
    expect(deployOf(cancelled.value).rollouts[0]!.status).toBe('rolled-back');
    expect(deployOf(cancelled.value).rollouts.every((r) => /^(rolled-back|skipped)$/.test(r.status))).toBe(true);
    expect(await running()).toEqual(Array(3).fill('1.5.0 1.5.0 1.5.0'));
  });

  it('is cancelled after its process was killed', async () => {
    const first = here.start('deploy', 'ui', '--tag', '1.7.0', '--progress', 'jsonl', ...prod);
    await first.sees(/"step":"watching"/);
    first.child.kill('SIGKILL');
    await first.done;
    expect((await history())[0]).toMatchObject({ status: 'lost', by: 'ana' });
    // Its record still says queued: what it had begun since is seen in ECS.
    const watched = await ben.json('watch', ...prod);
    expect([watched.code, deployOf(watched.value).status]).toEqual([5, 'partial']);
    expect(deployOf(watched.value).rollouts.map((r) => r.status)).toEqual(['succeeded', 'skipped', 'skipped']);
    await fromThePlatformAlone();
    const cancelled = await ben.json('cancel', ...prod);
    expect([cancelled.code, deployOf(cancelled.value).status]).toEqual([0, 'cancelled']);
    expect(await running()).toEqual(Array(3).fill('1.5.0 1.5.0 1.5.0'));
    expect((await ben.json('cancel', ...prod)).code).toBe(4);
    bake('1m');
  });

  it('ends soon at SIGTERM, and is left on record', async () => {
    const first = here.start('deploy', 'ui', '--tag', '1.8.0', '--progress', 'lines', ...prod);
    await first.sees(/watching/);
    first.child.kill('SIGTERM');
    const ended = await first.done;
    expect(ended.code).toBe(143);
    expect(ended.stderr).toMatch(/baf watch d-\d{14}-\w{4} --env prod/);
    const [left] = await history();
    expect(left).toMatchObject({ status: 'left' });
    const again = await ben.run('deploy', 'ui', '--tag', '1.8.0', '--progress', 'lines', ...prod);
    expect(again.stderr).toMatch(/Taken up again: ana began it at \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
    expect([again.code, (await history())[0]!.id]).toEqual([0, left!.id]);
  });

  it('that was left between two waves is open still: all of it can be cancelled', async () => {
    const before = await running();
    bake('20m');
    const first = here.start('deploy', 'ui', '--tag', '1.9.0', '--progress', 'lines', ...prod);
    await first.sees(/baking/);
    first.child.kill('SIGTERM');
    const ended = await first.done;
    expect([ended.code, ended.stdout.includes('Run the same command again to finish it.')]).toEqual([143, true]);
    expect((await history())[0]).toMatchObject({ status: 'left' });
    const cancelled = await ben.json('cancel', ...prod);
    expect([cancelled.code, deployOf(cancelled.value).rollouts.map((r) => r.status)]).toEqual([
      0,
      ['rolled-back', 'skipped', 'skipped'],
    ]);
    expect(await running()).toEqual(before);
    bake('1m');
  });
});

describe('rollback', () => {
  it('goes to what was steady before, past what was cancelled, and not in circles', async () => {
    const first = await here.json('rollback', 'ui', ...prod);
    expect([first.code, deployOf(first.value).status]).toEqual([0, 'succeeded']);
    expect(await running()).toEqual(Array(3).fill('1.5.0 1.5.0 1.5.0'));
    expect((await here.json('rollback', 'ui', ...prod)).code).toBe(0);
    expect(await running()).toEqual(Array(3).fill('1.4.0 1.4.0 1.4.0'));
    expect((await history()).slice(0, 2).map((d) => d.kind)).toEqual(['rollback', 'rollback']);
  });

  it('goes to no tag that was never steady', async () => {
    const refused = await here.json('rollback', 'ui', '--to', '1.6.0', ...prod);
    expect([refused.code, (refused.value as { error: { code: string } }).error.code]).toEqual([4, 'NoSteadyVersion']);
    expect((await here.json('rollback', 'ui', '--to', '1.5.0', '--plan', ...prod)).code).toBe(0);
    expect((await here.json('rollback', 'ui', '--to-time', 'soon', ...prod)).code).toBe(2);
  });
});

describe('a deploy that is not waited for', () => {
  it('ends when it has begun; another process sees its end, the same command puts it on record', async () => {
    const refused = await here.json('deploy', 'ui', '--tag', '2.0.0', '--no-wait', ...prod);
    expect([refused.code, (refused.value as { error: { code: string } }).error.code]).toEqual([2, 'CannotLeave']);
    const canary = ['deploy', 'ui', '--tag', '2.0.0', '--targets', 'shop-canary', ...prod];
    const begun = await here.json(...canary, '--no-wait');
    const { id, status, rollouts } = deployOf(begun.value);
    expect([begun.code, status, rollouts.map((r) => r.status)]).toEqual([0, 'started', ['started']]);
    const watched = await ben.json('watch', id, ...prod);
    expect([watched.code, deployOf(watched.value).status]).toEqual([0, 'succeeded']);
    const ended = await here.json(...canary);
    expect([ended.code, deployOf(ended.value)]).toMatchObject([0, { id, status: 'succeeded' }]);
    expect((await history())[0]).toMatchObject({ id, status: 'succeeded' });
    expect((await running())[0]).toBe('2.0.0 2.0.0 2.0.0');
  });
});
