/** Each call of a lock goes wrong once or twice, against a sandbox in process: who takes it has it, once, and gives it back. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openApp, openSandbox, readFiles, type App } from '../../../src/lib/app.js';
import { contenderOf } from '../../../src/lib/command/guards.js';
import { clearFaults, faultCall } from '../../../src/lib/command/faults.js';
import { listLocks } from '../../../src/lib/engine/lock-hand.js';
import { takeLock } from '../../../src/lib/engine/lock.js';
import type { HeldLock } from '../../../src/lib/engine/lock-held.js';
import { locksAny, locksPath, readTickets } from '../../../src/lib/locks/ticket.js';
import { homeOf } from '../../../src/lib/model/home.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { OpenSandbox } from '../../../src/lib/sandbox/start.js';
import { thisMachine } from '../../../src/lib/system/machine.js';

let dir: string;
let sandbox: OpenSandbox;
let app: App;
// Slow enough that the pauses of the SDK, which are of the wall clock, are none beside a lease.
const base = () => ({ dir, sandbox: true, speed: 20, 'no-input': true, 'no-color': true, verbose: false, progress: 'none' });

async function open(readsTrailMs?: number): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'baf-lock-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  const { project, platform } = await readFiles(base());
  sandbox = await openSandbox(project, platform, base(), readsTrailMs === undefined ? {} : { readsTrailMs });
  app = await openApp(base());
}
async function close(): Promise<void> {
  await app.close();
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
}
const place = () => ({ environment: 'prod', home: homeOf(app.platform.environments['prod']!) });
const take = (
  services: readonly string[],
  by: string,
  waitMs = 0,
  emit: (event: BafEvent) => void = () => undefined,
): Promise<HeldLock> =>
  takeLock(
    {
      ...{ place: place(), services, waitMs, forMs: null },
      contender: { ...contenderOf(app, { kind: 'deploy', deploy: null, what: null, reason: null }), by },
    },
    thisMachine(),
    app.effects,
    emit,
    new AbortController().signal,
  );
/** Reads show a write a second later. */
const seen = (): Promise<void> => app.effects.clock.sleep(2_000);
/** Numbers of the tickets that lock it: the environment's numbers are one sequence. */
const tickets = async (service: string): Promise<number[]> =>
  readTickets('prod', await app.effects.at(place().home).ssm.byPath(locksPath('prod')))
    .filter((ticket) => locksAny(ticket, [service]))
    .map(({ number }) => number);
const fault = (call: string, kind: string, times: number) => faultCall(call, { ...base(), kind, times } as never);

describe('a call of the lock that goes wrong', () => {
  beforeAll(() => open());
  afterAll(close);
  afterEach(() => clearFaults(undefined, base()));

  // What a lock calls: the listing, the tickets, the look for a successor, the release.
  const calls = ['ssm:PutParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'];
  const kinds = ['lost', 'throttle', 'error', 'reset'];
  const cases = calls.flatMap((call) => kinds.flatMap((kind) => [1, 2].map((times) => [call, kind, times] as const)));
  it.each(cases)('%s: %s, %d times', async (call, kind, times) => {
    const service = `s${cases.findIndex((one) => one[0] === call && one[1] === kind && one[2] === times)}`;
    await fault(call, kind, times);
    const held = await take([service, `${service}b`], 'ana');
    expect(held.isValid()).toBe(true);
    await held.check();
    await seen();
    // Nobody else has it meanwhile, and one number locks both.
    await clearFaults(undefined, base());
    await expect(take([service], 'ben')).rejects.toMatchObject({ code: 'LockBusy', exitCode: 4 });
    const [number, ...more] = await tickets(service);
    expect([number, ...more]).toEqual([expect.any(Number)]);
    expect(await tickets(`${service}b`)).toEqual([number]);
    await fault(call, kind, times);
    expect(await held.release()).toBe(true);
    await clearFaults(undefined, base());
    const next = await take([service], 'ben');
    await seen();
    expect(await tickets(service)).toEqual([number, number! + 1]);
    expect(await next.release()).toBe(true);
    await seen();
    expect(await listLocks(place(), [service], thisMachine(), app.effects)).toEqual([]);
  });

  it('in the queue leaves no place behind', async () => {
    for (const kind of ['lost', 'throttle', 'error']) {
      const held = await take(['queued'], 'ana');
      const waits = take(['queued'], 'ben', 600_000, (event) => {
        if (event.type === 'lock.waiting') void fault('ssm:DeleteParameter', kind, 1).then(() => held.release());
      });
      expect(await (await waits).release()).toBe(true);
      await seen();
      expect(await app.effects.at(place().home).ssm.byPath('/baf/queue/prod')).toEqual([]);
      await clearFaults(undefined, base());
    }
  });
});

describe('where reads trail writes by twenty seconds', () => {
  beforeAll(() => open(20_000));
  afterAll(close);

  it('the lock is one holder’s at a time, and each takes the number after the one before', async () => {
    const log: string[] = [];
    let inside = 0;
    const worker = async (by: string): Promise<void> => {
      const held = await take(['ui'], by, 3_600_000);
      expect(++inside).toBe(1);
      await held.check();
      log.push(by);
      await app.effects.clock.sleep(30_000);
      await held.check();
      inside--;
      expect(await held.release()).toBe(true);
    };
    await Promise.all(['ana', 'ben', 'cleo'].map(worker));
    expect(log.toSorted()).toEqual(['ana', 'ben', 'cleo']);
    await app.effects.clock.sleep(25_000);
    expect(await tickets('ui')).toEqual([1, 2, 3]);
    expect(await app.effects.at(place().home).ssm.byPath('/baf/queue/prod')).toEqual([]);
  });
});
