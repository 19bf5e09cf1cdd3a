/** Locks, the queue and freezes between processes of their own: who waits, who is killed, who comes back too late. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place, type Running } from './harness.js';

let here: Place;
let server: Running;
let endpoint: string;
const prod = ['--env', 'prod', '--sandbox'];
const canary = ['--targets', 'shop-canary/eu-west-1', ...prod];
const events = ['--progress', 'jsonl'];
const as = (name: string): Place => here.with({ BAF_ACTOR: name });

beforeAll(async () => {
  here = place();
  // Served by itself: none of the processes that are stopped and killed here keeps the others from it.
  // A lease is six seconds of the wall clock: other commands start and end in it, however slow this machine is.
  server = here.start('sandbox', 'start', '--speed', '20', '--json');
  let printed = '';
  server.child.stdout!.on('data', (text: string) => (printed += text));
  await server.sees(/"endpoint"/);
  endpoint = (JSON.parse(printed.split('\n')[0]!) as { sandbox: { endpoint: string } }).sandbox.endpoint;
  expect((await here.run('deploy', 'ui', '--tag', '1.3.0', ...canary)).code).toBe(0);
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.done;
  here.remove();
});

/** Names of the tickets in line, as the embedded AWS of each account tells. */
const queued = async (): Promise<string[]> => {
  const pages = ['111111111111', '222222222222', '333333333333'].map(async (account) => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParametersByPath',
        authorization: `AWS4-HMAC-SHA256 Credential=${account}/20261119/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ Path: '/baf/queue/', Recursive: true }),
    });
    return ((await answer.json()) as { Parameters: { Name: string }[] }).Parameters.map((p) => p.Name);
  });
  return (await Promise.all(pages)).flat();
};
const locks = async (): Promise<unknown[]> => (await here.json('lock', 'ls', ...prod)).value['locks'] as unknown[];
const running = async (): Promise<string> => {
  const { value } = await here.json('ssm', 'tags', 'ui', ...prod);
  const tags = value['tags'] as { target: string; tag: string; running: string; live: string }[];
  const own = tags.find((t) => t.target === 'shop-canary/eu-west-1')!;
  return `${own.tag} ${own.running} ${own.live}`;
};
const said = (text: string, type: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`{"type":"${type}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the second deploy of a service', () => {
  it('is refused and told whom it is about; with --lock-wait it waits in line, and sees its plan again', async () => {
    expect((await here.run('lock', 'ui', '--reason', 'looking', '--for', '12h', ...prod)).code).toBe(0);
    const first = as('ben').start('deploy', 'ui', '--tag', '1.4.0', '--lock-wait', '10h', ...events, ...canary);
    await first.sees(/"type":"lock.waiting"/);
    const second = as('cleo').start('deploy', 'ui', '--tag', '1.5.0', '--lock-wait', '10h', ...events, ...canary);
    await second.sees(/"ahead":\[\{"by":"ben"/);
    const refused = await as('dan').json('deploy', 'ui', '--tag', '1.6.0', ...canary);
    expect([refused.code, (refused.value['error'] as { code: string }).code]).toEqual([4, 'LockBusy']);
    const { message } = refused.value['error'] as { message: string };
    expect(message).toMatch(/ui in prod is locked by ana: by hand \(looking\), since \d{4}-.* UTC\./);
    expect(message).toMatch(/ben: deploy d-\d{14}-\w{4} of ui 1\.4\.0, since .* waits for ui before you\.\ncleo: deploy/);
    // What pre-flight found well before it waited is looked at again.
    await here.run('sandbox', 'fault', 'image', 'retail-store-sample-ui:1.5.0', '--outcome', 'missing', '--sandbox');
    expect((await here.run('unlock', 'ui', ...prod)).code).toBe(0);

    const [one, two] = [await first.done, await second.done];
    expect([one.code, two.code]).toEqual([0, 4]);
    expect(said(one.stderr, 'lock.waiting')[0]).toMatchObject({
      holders: [{ by: 'ana', kind: 'hand', reason: 'looking' }],
      ahead: [],
    });
    const waited = said(two.stderr, 'lock.waiting');
    expect(waited[0]).toMatchObject({ holders: [{ by: 'ana' }], ahead: [{ by: 'ben', what: 'ui 1.4.0', services: ['ui'] }] });
    expect(waited.at(-1)).toMatchObject({ holders: [{ by: 'ben', kind: 'deploy', what: 'ui 1.4.0' }], ahead: [] });
    expect(said(one.stderr, 'plan.changed')).toEqual([]);
    expect(said(two.stderr, 'plan.changed')).toMatchObject([
      { asks: false, changes: [{ was: { from: { tag: '1.3.0' } }, now: { from: { tag: '1.4.0' }, to: { tag: '1.5.0' } } }] },
    ]);
    expect(two.stderr).toMatch(/Pre-flight found 1 problem; nothing was touched/);
    expect(await running()).toBe('1.4.0 1.4.0 1.4.0');
    expect(await locks()).toEqual([]);
    expect(await queued()).toEqual([]);
  });

  it('is not held up by one that waits and is killed', async () => {
    expect((await here.run('lock', 'ui', '--reason', 'looking', '--for', '12h', ...prod)).code).toBe(0);
    const waits = as('ben').start('deploy', 'ui', '--tag', '1.5.1', '--lock-wait', '10h', ...events, ...canary);
    await waits.sees(/"type":"lock.waiting"/);
    while ((await queued()).length === 0) await new Promise((later) => setTimeout(later, 50));
    waits.child.kill('SIGKILL');
    await waits.done;
    expect(await queued()).toHaveLength(1);
    expect((await here.run('unlock', 'ui', ...prod)).code).toBe(0);
    expect((await as('cleo').run('deploy', 'ui', '--tag', '1.5.2', ...canary)).code).toBe(0);
    expect(await queued()).toEqual([]);
  });

  it('goes on at once after a holder that was killed on this machine', async () => {
    const first = here.start('deploy', 'ui', '--tag', '1.7.0', ...events, ...canary);
    await first.sees(/"step":"watching"/);
    first.child.kill('SIGKILL');
    await first.done;
    expect((await as('ben').run('deploy', 'ui', '--tag', '1.8.0', ...canary)).code).toBe(0);
    expect(await running()).toBe('1.8.0 1.8.0 1.8.0');
  });

  it('goes on after a holder that sleeps, when its lease has ended; that one writes nothing any more', async () => {
    const first = here.start('deploy', 'ui', '--tag', '1.9.0', ...events, ...canary);
    await first.sees(/"step":"watching"/);
    first.child.kill('SIGSTOP');
    const second = await as('ben').run('deploy', 'ui', '--tag', '2.0.0', '--lock-wait', '10h', ...events, ...canary);
    first.child.kill('SIGCONT');
    const late = await first.done;
    expect([second.code, late.code]).toEqual([0, 1]);
    expect(said(second.stderr, 'lock.waiting')[0]).toMatchObject({ holders: [{ by: 'ana', what: 'ui 1.9.0' }] });
    expect(said(late.stderr, 'lock.lost')).toMatchObject([{ environment: 'prod', service: 'ui' }]);
    expect(await running()).toBe('2.0.0 2.0.0 2.0.0');
    expect(await locks()).toEqual([]);
  });

  it('is let in when the lock is taken away; who had it stops before its next write', async () => {
    // However slow this machine is, the rollout has not ended before it is stopped: no task has a place.
    await here.run('sandbox', 'fault', 'capacity', '--target', 'shop-canary/eu-west-1', '--tasks', '1', '--sandbox');
    const first = here.start('deploy', 'ui', '--tag', '2.1.0', ...events, ...canary);
    await first.sees(/"step":"watching"/);
    first.child.kill('SIGSTOP');
    expect((await as('ben').run('unlock', 'ui', '--yes', ...prod)).code).toBe(0);
    await here.run('sandbox', 'fault', 'clear', '--yes', '--sandbox');
    first.child.kill('SIGCONT');
    const ended = await first.done;
    expect(ended.code).toBe(1);
    expect(said(ended.stderr, 'lock.lost')).toMatchObject([{ service: 'ui', by: 'ben' }]);
    expect((await here.run('deploy', 'ui', '--tag', '2.2.0', ...canary)).code).toBe(0);
    expect(await running()).toBe('2.2.0 2.2.0 2.2.0');
  });
});

describe('a freeze', () => {
  it('refuses, and is overridden only with a reason, which is on record', async () => {
    expect((await here.run('freeze', '--reason', 'INC-6', '--until', '90d', ...prod)).code).toBe(0);
    // Whoever freezes what is frozen is told what is not any more.
    const other = await here.json('freeze', '--reason', 'INC-7', ...prod);
    expect(other.value['warnings']).toEqual([
      expect.stringMatching(/takes the place of: prod is frozen until \d{4}-.* by ana: INC-6/),
    ]);
    const refused = await as('ben').json('deploy', 'ui', '--tag', '3.0.0', ...canary);
    expect([refused.code, (refused.value['error'] as { message: string }).message]).toEqual([
      4,
      expect.stringMatching(/prod is frozen.*INC-7/),
    ]);
    const without = await here.json('deploy', 'ui', '--tag', '3.0.0', '--override-freeze', ...canary);
    expect([without.code, (without.value['error'] as { code: string }).code]).toEqual([2, 'ReasonMissing']);
    const through = ['--override-freeze', '--reason', 'the fix of INC-7'];
    expect((await as('ben').run('deploy', 'ui', '--tag', '3.0.0', ...through, ...canary)).code).toBe(0);
    const { value } = await here.json('ssm', 'tags', 'history', 'ui', ...prod);
    expect(JSON.stringify(value)).toMatch(/the fix of INC-7/);
    expect((await here.run('unfreeze', ...prod)).code).toBe(0);
    expect((await here.run('deploy', 'ui', '--tag', '3.1.0', ...canary)).code).toBe(0);
  });
});
