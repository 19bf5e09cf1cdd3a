/** A deploy that tells others: a webhook on this machine, whose address nobody sees, and an event bus in the sandbox. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KeptEvent } from '../../src/lib/sandbox/services/events/state.js';
import { place, type Place } from './harness.js';

const PATH = '/services/T00000000/B00000000/not-for-others';
const prod = ['--env', 'prod', '--sandbox', '--speed', '60'];
const texts: string[] = [];
let server: Server;
let here: Place;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      texts.push((JSON.parse(body) as { text: string }).text);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  here = place({
    DEPLOYS_HOOK: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    PEOPLE_HOOK: `https://hooks.example.com${PATH}`,
  });
  const file = join(here.dir, 'baf.platform.yaml');
  const notify =
    'notify: { webhooks: [{ env: DEPLOYS_HOOK }, { env: PEOPLE_HOOK }, { env: MISSING_HOOK, on: [end] }], eventBridge: {} }';
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${notify}\n`);
});
afterAll(() => {
  server.close();
  here.remove();
});

function events(): KeptEvent[] {
  const state = JSON.parse(readFileSync(join(here.dir, '.baf', 'sandbox', 'state.json'), 'utf8')) as {
    cells: Record<string, { events?: { events: KeptEvent[] } }>;
  };
  return Object.values(state.cells).flatMap((cell) => cell.events?.events ?? []);
}

it('tells of start, failure and end; what cannot be told is a warning, and a rehearsal reaches nobody', async () => {
  const good = await here.run('deploy', 'ui', '--tag', '1.4.0', ...prod);
  expect(good.code).toBe(0);
  await here.run('sandbox', 'fault', 'image', 'retail-store-sample-ui:1.5.0', '--outcome', 'exits', '--sandbox');
  const bad = await here.run('deploy', 'ui', '--tag', '1.5.0', '--json', ...prod);
  expect(bad.code).toBe(1);
  expect(texts).toEqual([
    'Deploy of ui 1.4.0 to prod by ana has started',
    expect.stringMatching(/^Deploy of ui 1\.4\.0 to prod by ana succeeded after /),
    'Deploy of ui 1.5.0 to prod by ana has started',
    expect.stringMatching(/^ui 1\.5\.0 failed in shop-canary\/eu-west-1 \(prod\)\n.*\n.*exit/),
    expect.stringMatching(/^Deploy of ui 1\.5\.0 to prod by ana failed and went back after .*\nui 1\.5\.0 in shop-canary/),
  ]);
  expect(events().map((e) => [e.source, e.detailType, (e.detail as { status: string }).status])).toEqual([
    ['baf', 'Deploy Started', 'running'],
    ['baf', 'Deploy Ended', 'succeeded'],
    ['baf', 'Deploy Started', 'running'],
    ['baf', 'Rollout Failed', 'running'],
    ['baf', 'Deploy Ended', 'rolled-back'],
  ]);
  const { warnings } = JSON.parse(bad.stdout) as { warnings: string[] };
  expect(warnings).toEqual([
    'The webhook of PEOPLE_HOOK is not called from the sandbox: a rehearsal is told only to an address of this machine.',
    'A notice to the webhook of MISSING_HOOK could not be sent: the environment variable MISSING_HOOK is not set',
  ]);
  expect(good.stderr).toContain('MISSING_HOOK');
  for (const text of [good.stdout, good.stderr, bad.stdout, bad.stderr]) expect(text).not.toContain('not-for-others');
});

it('tells that it was left, and of its end when it is taken up again: it has begun once', async () => {
  texts.length = 0;
  const first = here.start('deploy', 'ui', '--tag', '1.6.0', '--progress', 'jsonl', ...prod);
  await first.sees(/"step":"watching"/);
  first.child.kill('SIGTERM');
  expect((await first.done).code).toBe(143);
  expect((await here.run('deploy', 'ui', '--tag', '1.6.0', ...prod)).code).toBe(0);
  expect(texts).toEqual([
    'Deploy of ui 1.6.0 to prod by ana has started',
    'Deploy of ui 1.6.0 to prod by ana was left: ECS goes on with what is under way',
    expect.stringMatching(/^Deploy of ui 1\.6\.0 to prod by ana succeeded after /),
  ]);
});
