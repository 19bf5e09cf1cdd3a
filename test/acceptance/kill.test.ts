/** Killed in the middle, then run again: the work is finished, and nothing is there twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

let here: Place;
const fast = ['--sandbox', '--speed', '60'];
beforeAll(() => (here = place()));
afterAll(() => here.remove());

const count = async (operation: string): Promise<number> => {
  const { value } = await here.json('sandbox', 'calls', ...fast);
  const { calls } = value as unknown as { calls: { operation: string; count: number; failed: number }[] };
  return calls.filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count - c.failed, 0);
};

/** Of the tag of ui in each target of prod. */
const tagVersions = async (): Promise<number[]> => {
  const { value } = await here.json('ssm', 'tags', 'ui', '--env', 'prod', ...fast);
  return (value as unknown as { tags: { version: number }[] }).tags.map((tag) => tag.version);
};

describe('kill -9', () => {
  it('in the middle of staging up', async () => {
    for (const moment of [/"step":"stack"|"name":"stack"/, /"step":"watching"/]) {
      const first = here.start('staging', 'up', 'killed', '--progress', 'jsonl', ...fast);
      await first.sees(moment);
      first.child.kill('SIGKILL');
      expect((await first.done).signal).toBe('SIGKILL');
    }
    const { code, value } = await here.json('staging', 'up', 'killed', ...fast);
    expect((value as { staging: { status: string } }).staging.status).toBe('ready');
    expect(code).toBe(0);
    expect(await count('CreateStack')).toBe(1);
    expect(await count('CreateService')).toBe(5);
    expect(await count('RegisterTaskDefinition')).toBe(5);
    expect(await count('UpdateService')).toBe(0);
  });

  it('in the middle of a deploy', async () => {
    expect((await here.run('deploy', 'ui', '--env', 'prod', '--tag', '1.3.0', ...fast)).code).toBe(0);
    const services = await count('CreateService');
    const definitions = await count('RegisterTaskDefinition');
    const tags = await tagVersions();
    for (const moment of [/"step":"task-definition"/, /"step":"watching"/]) {
      const first = here.start('deploy', 'ui', '--env', 'prod', '--tag', '1.4.0', '--progress', 'jsonl', ...fast);
      await first.sees(moment);
      first.child.kill('SIGKILL');
      await first.done;
    }
    const { code, value } = await here.json('deploy', 'ui', '--env', 'prod', '--tag', '1.4.0', ...fast);
    expect((value as { deploy: { status: string } }).deploy.status).toBe('succeeded');
    expect(code).toBe(0);
    expect(await count('CreateService')).toBe(services);
    expect(await count('UpdateService')).toBe(3);
    expect(await count('RegisterTaskDefinition')).toBe(definitions + 3);
    expect(await tagVersions()).toEqual(tags.map((version) => version + 1));
    const { value: listed } = await here.json('ssm', 'tags', 'ui', '--env', 'prod', ...fast);
    expect((listed as { tags: { running: string; live: string }[] }).tags.map((t) => `${t.running} ${t.live}`)).toEqual(
      Array(3).fill('1.4.0 1.4.0'),
    );
    // One record for the three runs, with all that they did.
    const { value: past } = await here.json('history', 'ui', '--env', 'prod', ...fast);
    const { deploys } = past as { deploys: { status: string; rollouts: { status: string; from: { tag: string } | null }[] }[] };
    expect(deploys.map((d) => d.status)).toEqual(['succeeded', 'succeeded']);
    expect(deploys[0]!.rollouts.map((r) => `${r.from?.tag} ${r.status}`)).toEqual(Array(3).fill('1.3.0 succeeded'));
  });
});

describe('kill -9 at calls that the sandbox counts', () => {
  it('of one deploy, again and again: it is finished by the next run, and nothing is there twice', async () => {
    const alone = place();
    const flags = ['--sandbox', '--speed', '60'];
    const server = alone.start('sandbox', 'start', '--port', '0', '--speed', '60', '--json');
    let printed = '';
    server.child.stdout!.on('data', (text: string) => (printed += text));
    try {
      await server.sees(/"endpoint"/);
      const { endpoint } = (JSON.parse(printed.split('\n')[0]!) as { sandbox: { endpoint: string } }).sandbox;
      const counts = async (): Promise<{ operation: string; count: number; failed: number }[]> =>
        ((await (await fetch(`${endpoint}/_baf/calls`, { method: 'POST' })).json()) as { calls: never[] }).calls;
      const total = async (): Promise<number> => (await counts()).reduce((sum, c) => sum + c.count, 0);
      const made = async (operation: string): Promise<number> =>
        (await counts()).filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count - c.failed, 0);
      const deploy = ['deploy', 'catalog', 'cart', '--env', 'prod', '--progress', 'none', ...flags];
      expect((await alone.run(...deploy, '--tag', '1.3.0')).code).toBe(0);
      const before = { definitions: await made('RegisterTaskDefinition'), services: await made('CreateService') };
      for (const calls of [25, 60, 75, 90, 120]) {
        const begun = await total();
        const run = alone.start(...deploy, '--tag', '1.4.0');
        let ended = false;
        void run.done.then(() => (ended = true));
        while (!ended && (await total()) < begun + calls) await new Promise((resolve) => setTimeout(resolve, 2));
        run.child.kill('SIGKILL');
        await run.done;
      }
      const { code, value } = await alone.json(...deploy, '--tag', '1.4.0');
      expect([code, (value as { deploy: { rollouts: unknown[] } }).deploy.rollouts.length]).toEqual([0, 6]);
      expect(await made('UpdateService')).toBe(6);
      expect(await made('RegisterTaskDefinition')).toBe(before.definitions + 6);
      expect(await made('CreateService')).toBe(before.services);
      const { value: listed } = await alone.json('ssm', 'tags', 'catalog', 'cart', '--env', 'prod', ...flags);
      expect(
        (listed as { tags: { running: string; live: string; version: number }[] }).tags.map(
          (t) => `${t.running} ${t.live} ${t.version}`,
        ),
      ).toEqual(Array(6).fill('1.4.0 1.4.0 2'));
      const { value: locks } = await alone.json('lock', 'ls', '--env', 'prod', ...flags);
      expect((locks as { locks: unknown[] }).locks).toEqual([]);
      const { value: past } = await alone.json('history', '--env', 'prod', ...flags);
      expect((past as { deploys: { status: string }[] }).deploys.map((d) => d.status)).toEqual(['succeeded', 'succeeded']);
    } finally {
      server.child.kill('SIGTERM');
      await server.done;
      alone.remove();
    }
  });
});

describe('Ctrl-C', () => {
  it('once stops in order, says what goes on, and a second run finishes', async () => {
    const first = here.start('deploy', 'catalog', '--env', 'prod', '--tag', '2.0.0', '--progress', 'lines', ...fast);
    await first.sees(/watching/);
    first.child.kill('SIGINT');
    const ended = await first.done;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/catalog in shop-canary\/eu-west-1/);
    expect((await here.run('deploy', 'catalog', '--env', 'prod', '--tag', '2.0.0', ...fast)).code).toBe(0);
  });
});
