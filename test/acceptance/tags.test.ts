/** Deploy tags by the built CLI, as operations use them: see, compare, promote, pin, roll back, in a protected environment. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place, type Running } from './harness.js';

let here: Place;
let server: Running;
let endpoint: string;
beforeAll(async () => {
  here = place();
  server = here.start('sandbox', 'start', '--speed', '60', '--json');
  await server.sees(/\n/);
  const file = join(here.dir, '.baf', 'sandbox', 'server.json');
  endpoint = (JSON.parse(readFileSync(file, 'utf8')) as { endpoint: string }).endpoint;
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.done;
  here.remove();
});

const tags = (...args: string[]) => here.run('ssm', 'tags', ...args, '--sandbox');
const json = (...args: string[]) => here.json('ssm', 'tags', ...args, '--sandbox');
interface Line {
  readonly service: string;
  readonly target: string;
  readonly tag: string | null;
  readonly state: string;
  readonly status: string;
}
const rows = async (...args: string[]): Promise<Line[]> => (await json(...args)).value['tags'] as Line[];
const prodTags = async (): Promise<string[]> => (await rows('ui', '--env', 'prod', '--desired')).map((r) => r.tag ?? '-');
/** A call to SSM by somebody who does not use baf: the user of an account. */
async function ssm(account: string, operation: string, input: object): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  expect(answer.status).toBe(200);
}
const fault = async (target: string, kind: string, times: number, operation = 'PutParameter'): Promise<void> => {
  const args = [`ssm:${operation}`, '--kind', kind, '--times', String(times), '--target', target];
  expect((await here.run('sandbox', 'fault', 'call', ...args, '--sandbox')).code).toBe(0);
};

describe('a promotion', () => {
  it('is planned, asks, is written with a line for each target, and compared', async () => {
    expect((await tags('set', 'ui', '1.3.0', '--env', 'staging')).stdout).toMatch(/none -> 1\.3\.0\s+written\s+shop-staging/);
    const plan = await tags('promote', 'ui', '--to', 'prod', '--plan');
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringMatching(/none -> 1\.3\.0\s+write\s/)]);
    expect(await prodTags()).toEqual(['-', '-', '-']);
    const asked = await tags('promote', 'ui', '--to', 'prod');
    expect([asked.code, asked.stdout, asked.stderr]).toEqual([2, '', expect.stringMatching(/protected[\s\S]*Add --yes/)]);
    const { code, value } = await json('promote', 'ui', '--to', 'prod', '--yes');
    const promotion = value['promotion'] as { status: string; tags: Line[] };
    expect([code, promotion.status, promotion.tags.map((t) => `${t.target} ${t.status}`)]).toEqual([
      0,
      'succeeded',
      ['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'].map((t) => `${t} written`),
    ]);
    expect((await tags('diff', 'staging', 'prod', '--exit-code')).code).toBe(0);
    await tags('set', 'ui', '1.4.0', '--env', 'staging');
    const diff = await tags('diff', 'staging', 'prod', '--exit-code');
    expect([diff.code, diff.stdout]).toEqual([6, expect.stringMatching(/ui\s+1\.4\.0\s+1\.3\.0\s+different/)]);
  });

  it('that was killed is finished by --resume: what is written is not written again', async () => {
    // The second account answers nothing to the write: it hangs there until the process is killed.
    await fault('shop-prod/us-east-1', 'hang', 1);
    const dying = here.start('ssm', 'tags', 'promote', 'ui', '--to', 'prod', '--yes', '--sandbox');
    for (;;) {
      const now = await prodTags();
      if (now[0] === '1.4.0' && now[1] === '1.4.0') break;
    }
    dying.child.kill('SIGKILL');
    await dying.done;
    expect(await prodTags()).toEqual(['1.4.0', '1.4.0', '1.3.0']);
    const rest = await json('promote', '--resume', '--to', 'prod', '--yes', '--lock-wait', '30m');
    const { tags: ledger } = rest.value['promotion'] as { tags: Line[] };
    expect([rest.code, ledger.map((t) => t.status)]).toEqual([0, ['unchanged', 'unchanged', 'written']]);
    const nothing = await tags('promote', '--resume', '--to', 'prod', '--yes');
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringMatching(/No promotion to prod was cut off/)]);
  });

  it('is refused in a freeze and under a lock, exit 4', async () => {
    await here.run('freeze', '--env', 'prod', '--reason', 'holidays', '--sandbox');
    await tags('set', 'ui', '1.5.0', '--env', 'staging');
    const frozen = await tags('promote', 'ui', '--to', 'prod', '--yes');
    expect([frozen.code, frozen.stderr]).toEqual([4, expect.stringMatching(/frozen.*holidays[\s\S]*--override-freeze/)]);
    await here.run('unfreeze', '--env', 'prod', '--sandbox');
    await here.run('lock', 'ui', '--env', 'prod', '--reason', 'I look', '--for', '2h', '--sandbox');
    const locked = await tags('promote', 'ui', '--to', 'prod', '--yes');
    expect([locked.code, locked.stderr]).toEqual([4, expect.stringMatching(/locked by ana/)]);
    await here.run('unlock', 'ui', '--env', 'prod', '--yes', '--sandbox');
    expect(await prodTags()).toEqual(['1.4.0', '1.4.0', '1.4.0']);
  });

  it('that a target refuses is partly done, exit 5, and names it', async () => {
    await fault('shop-prod/eu-west-1', 'denied', 1);
    const part = await tags('promote', 'ui', '--to', 'prod', '--yes');
    expect([part.code, part.stdout]).toEqual([5, expect.stringMatching(/failed\s+shop-prod\/eu-west-1/)]);
    expect(part.stderr).toMatch(/The rest: baf ssm tags promote --resume --to prod/);
    expect((await tags('promote', '--resume', '--to', 'prod', '--yes')).code).toBe(0);
    expect(await prodTags()).toEqual(['1.5.0', '1.5.0', '1.5.0']);
  });

  it('is deployed with --deploy', async () => {
    const done = await tags('promote', 'ui', '--to', 'prod', '--targets', 'shop-canary', '--deploy', '--yes');
    expect(done.code).toBe(0);
    const [canary] = await rows('ui', '--env', 'prod', '--targets', 'shop-canary');
    expect(canary).toMatchObject({ tag: '1.5.0', running: '1.5.0', live: '1.5.0', state: 'in-sync' });
  });
});

describe('the list', () => {
  it('is folded, wide, CSV, JSON, filtered, and as it was', async () => {
    const folded = (await tags('ui')).stdout;
    expect(folded).toMatch(/ui\s+prod\s+1\.5\.0\s+-\s+drifted\s+shop-prod\/eu-west-1,us-east-1\s+ana \S+ ago/);
    expect((await tags('ui', '--env', 'prod', '--wide')).stdout.split('\n')).toHaveLength(5);
    expect((await tags('ui', '--csv')).stdout).toMatch(
      /^service,environment,target,tag[\s\S]*\nui,staging,shop-staging\/eu-west-1,1\.5\.0,/,
    );
    expect((await rows('--state', 'in-sync')).map((r) => `${r.service} ${r.target}`)).toEqual(['ui shop-canary/eu-west-1']);
    expect((await tags('--state', 'denied')).stdout).toBe('No tag is denied.\n');
    expect((await tags('--env', 'prod', 'ui', '--at', '30d')).stdout).toMatch(
      /^As of .* is that of now\.\n[\s\S]*ui\s+prod\s+-\s/,
    );
    expect((await tags('get', 'ui', '--env', 'prod')).stdout).toBe('1.5.0\n');
    expect((await tags('history', 'ui', '--env', 'prod')).stdout).toMatch(/1\.4\.0\s+2[\s\S]*promote\s+ana[\s\S]*from staging@2/);
  });

  it('is shown again when it changes, until it is ended', async () => {
    const watching = here.start(
      'ssm',
      'tags',
      'catalog',
      '--env',
      'staging',
      '--desired',
      '--watch',
      '--interval',
      '1s',
      '--sandbox',
    );
    await watching.sees(/catalog\s+staging\s+-/);
    await tags('set', 'catalog', '2.0.0', '--env', 'staging');
    await watching.sees(/catalog\s+staging\s+2\.0\.0/);
    watching.child.kill('SIGINT');
    expect((await watching.done).code).toBe(130);
  });

  it('shows targets that refuse as denied, not missing, and exits 5', async () => {
    const closed = ['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'];
    for (const target of closed) await fault(target, 'denied', 1, 'GetParameters');
    const { code, value } = await json('ui', '--desired');
    const found = (value['tags'] as Line[]).map((r) => `${r.target} ${r.state}`);
    expect([code, found]).toEqual([5, ['shop-staging/eu-west-1 unchecked', ...closed.map((t) => `${t} denied`)]]);
    expect(value['warnings']).toEqual(closed.map((t) => `${t}: access denied`));
    // Nowhere is what may not be seen taken for what is not there.
    for (const target of closed) await fault(target, 'denied', 1000, '*');
    const got = await tags('get', 'ui', '--env', 'prod');
    expect([got.code, got.stdout]).toEqual([3, closed.map((t) => `${t}\tdenied\n`).join('')]);
    const history = await tags('history', 'ui', '--env', 'prod');
    expect([history.code, history.stdout]).toEqual([3, '']);
    const pin = await tags('pin', 'ui', '--env', 'prod', '--reason', 'holidays');
    expect([pin.code, pin.stderr]).toEqual([3, expect.stringMatching(/cannot be read: shop-canary\/eu-west-1 \(denied\)/)]);
    await here.run('sandbox', 'fault', 'clear', '--sandbox');
  });

  it.each([
    [['nosuch'], /There is no service nosuch/],
    [['--env', 'prd'], /Did you mean prod\?/],
    [['set', 'ui', 'a b', '--env', 'staging'], /"a b" is not an image tag/],
    [['set', 'ui', '{{ssm:x}}', '--env', 'staging'], /is not an image tag/],
    [['--at', 'yesterday'], /is no time/],
  ])('%j is exit 2, in words', async (args, words) => {
    const ran = await tags(...args);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, '', expect.stringMatching(words)]);
  });
});

describe('drift', () => {
  it('names who wrote past baf', async () => {
    await ssm('222222222222', 'PutParameter', { Name: '/baf/tags/prod/ui', Value: '9.9.9', Type: 'String', Overwrite: true });
    const drift = await tags('drift', '--env', 'prod', '--exit-code');
    expect([drift.code, drift.stdout]).toEqual([
      6,
      expect.stringMatching(/foreign\s+shop-canary\/eu-west-1\s+\S+ changed 1\.5\.0 to 9\.9\.9/),
    ]);
    expect((await rows('--state', 'foreign')).map((r) => r.target)).toEqual(['shop-canary/eu-west-1']);
  });
});

describe('a rollback', () => {
  it('is a new version, pinned: a promotion is refused until it is unpinned', async () => {
    const back = await tags('rollback', 'ui', '--env', 'prod', '--to', '1.4.0', '--reason', 'leaks', '--yes');
    expect([back.code, back.stdout]).toEqual([0, expect.stringMatching(/9\.9\.9 -> 1\.4\.0\s+written[\s\S]*pinned to 1\.4\.0/)]);
    const refused = await tags('promote', 'ui', '--to', 'prod', '--yes');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringMatching(/pinned to 1\.4\.0 by ana \(leaks\)/)]);
    expect((await tags('ui', '--env', 'prod')).stdout).toMatch(/1\.4\.0 \(pinned\)/);
    expect((await tags('unpin', 'ui', '--env', 'prod')).code).toBe(0);
    const pinned = await tags('pin', 'ui', '--env', 'prod', '--reason', 'holidays', '--until', '2d');
    expect(pinned.stdout).toMatch(/pinned to 1\.4\.0 by ana until/);
    expect((await tags('pins', '--env', 'prod')).stdout).toMatch(/^ui\s+prod\s+1\.4\.0\s+ana\s+.*holidays$/m);
    expect((await tags('set', 'ui', '1.5.0', '--env', 'prod', '--yes')).code).toBe(4);
    await tags('unpin', 'ui', '--env', 'prod');
    expect((await tags('label', 'ui', 'release-42', '--env', 'prod')).stdout).toMatch(/release-42 on 1\.4\.0/);
  });
});

describe('a file', () => {
  it('says what is there, and brings it back', async () => {
    const file = join(here.dir, 'tags.yaml');
    expect((await tags('export', '-o', file)).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/prod:\n {2}ui: "1\.4\.0"\nstaging:\n {2}catalog: "2\.0\.0"\n {2}ui: "1\.5\.0"/);
    expect((await tags('import', file, '--yes')).stdout).not.toMatch(/written/);
    writeFileSync(file, text.replace('ui: "1.4.0"', 'ui: "1.3.0"'));
    expect((await tags('import', file, '--plan')).stdout).toMatch(/1\.4\.0 -> 1\.3\.0\s+write/);
    expect((await tags('import', file, '--yes')).code).toBe(0);
    const wrong = join(here.dir, 'wrong.yaml');
    for (const [more, words] of [
      ['  uii: "1.0"', /wrong\.yaml:\d+: There is no service uii[\s\S]*Did you mean ui\?/],
      ['  ui: "1.0"', /wrong\.yaml:\d+: ui is there twice/],
      ['  cart: "a b"', /wrong\.yaml:\d+: "a b" is not an image tag[\s\S]*at most 128/],
    ] as const) {
      writeFileSync(wrong, `${text}${more}\n`);
      const ran = await tags('import', wrong, '--yes');
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(words)]);
    }
    expect(await prodTags()).toEqual(['1.3.0', '1.3.0', '1.3.0']);
  });
});

describe('a whole environment', () => {
  it('goes back to what ran then; what was not there yet stays', async () => {
    const history = (await json('history', 'ui', '--env', 'prod')).value['history'] as { tag: string; at: string; op: string }[];
    const then = Math.max(...history.filter((v) => v.op === 'rollback').map((v) => Date.parse(v.at)));
    await tags('set', 'orders', '2.0.0', '--env', 'prod', '--yes');
    const time = new Date(then + 1000).toISOString();
    const back = await here.run('rollback', '--all', '--env', 'prod', '--to-time', time, '--plan', '--sandbox');
    expect([back.code, back.stderr]).toEqual([0, expect.stringMatching(/orders had no deploy tag in prod then: left as it is/)]);
    // The canary ran what was deployed there, the others what their tags said.
    expect(back.stdout).toMatch(/ui in shop-canary\/eu-west-1: .*1\.5\.0/);
    expect(back.stdout).toMatch(/ui in shop-prod\/eu-west-1,us-east-1: new -> 1\.4\.0/);
    const pinned = await here.run('rollback', '--all', '--env', 'prod', '--to-time', time, '--pin', '--yes', '--sandbox');
    expect([pinned.code, pinned.stderr]).toEqual([4, expect.stringMatching(/ui goes back to 1\.\d\.0 and 1\.\d\.0 in prod/)]);
    const done = await here.run('rollback', '--all', '--env', 'prod', '--to-time', time, '--yes', '--sandbox');
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/Not pinned:/)]);
    const now = (await rows('ui', 'orders', '--env', 'prod')).map((r) => `${r.service} ${r.target} ${r.tag} ${r.state}`);
    expect(now.filter((text) => text.startsWith('ui'))).toEqual([
      'ui shop-canary/eu-west-1 1.5.0 in-sync',
      'ui shop-prod/eu-west-1 1.4.0 in-sync',
      'ui shop-prod/us-east-1 1.4.0 in-sync',
    ]);
    expect(now.filter((text) => text.includes('orders') && text.includes('2.0.0'))).toHaveLength(3);
    const alone = await here.run('rollback', '--all', '--env', 'prod', '--sandbox');
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringMatching(/--to-time/)]);
  });
});
