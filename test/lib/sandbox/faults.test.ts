/** Faults over the wire: what a client sees, and what the state keeps of it. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { FaultRequest, FaultRow } from '../../../src/lib/model/faults.js';
import { noFaults, strike, type CallFault } from '../../../src/lib/sandbox/faults.js';
import { startSandbox, type OpenSandbox } from '../../../src/lib/sandbox/start.js';

const ACCOUNT = '111111111111';
let root: string;
let sandbox: OpenSandbox;
let ssm: SSMClient;

const open = (speed = 10): Promise<OpenSandbox> =>
  startSandbox({
    dir: join(root, '.baf', 'sandbox'),
    accounts: { shop: ACCOUNT },
    targets: [],
    repositories: [],
    region: 'eu-west-1',
    speed,
    readsTrailMs: 0,
  });
const clientOf = (maxAttempts: number, more: object = {}): SSMClient =>
  new SSMClient({
    region: 'eu-west-1',
    endpoint: sandbox.endpoint,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
    maxAttempts,
    ...more,
  });
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'baf-faults-'));
  sandbox = await open();
  ssm = clientOf(1);
});
afterEach(async () => {
  ssm.destroy();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

const fault = async (request: Partial<FaultRequest> & { fault: string }) =>
  JSON.parse(
    await sandbox.ask(
      'fault',
      JSON.stringify(request.fault === 'call' ? { times: 1, rate: 1, seed: 1, target: null, ...request } : request),
    ),
  ) as { row: FaultRow } & { unknown?: string; nearest?: string };
const call = (operation: string, kind: string, more: object = {}) => fault({ fault: 'call', operation, kind, ...more } as never);
const put = (Value: string, client = ssm) =>
  client.send(new PutParameterCommand({ Name: '/a', Value, Type: 'String', Overwrite: true }));
const get = async () => (await ssm.send(new GetParameterCommand({ Name: '/a' }))).Parameter!;
const rows = async () => (JSON.parse(await sandbox.ask('faults', '{}')) as { faults: FaultRow[] }).faults;

describe('calls', () => {
  it('are throttled as often as asked, with the code of their protocol, and counted as throttled', async () => {
    await call('ssm:PutParameter', 'throttle', { times: 2 });
    await expect(put('1')).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
    await expect(put('1')).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await put('1')).Version).toBe(1);
    expect(await rows()).toEqual([]);
    const { calls } = JSON.parse(await sandbox.ask('calls')) as { calls: object[] };
    expect(calls).toContainEqual(expect.objectContaining({ operation: 'PutParameter', count: 3, throttled: 2, failed: 0 }));
    const sts = new STSClient({
      region: 'eu-west-1',
      endpoint: sandbox.endpoint,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    await call('sts:*', 'throttle');
    await expect(
      sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`, RoleSessionName: 'me' })),
    ).rejects.toMatchObject({ name: 'Throttling' });
  });

  it('fail with 500, are cut off before they are applied, or are applied with the answer lost', async () => {
    await call('ssm:PutParameter', 'error');
    await expect(put('1')).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
    await call('ssm:PutParameter', 'reset');
    await expect(put('1')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await call('ssm:PutParameter', 'lost');
    await expect(put('1')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await get()).toMatchObject({ Value: '1', Version: 1 });
  });

  it('hang until the client gives up', async () => {
    await call('ssm:PutParameter', 'hang');
    const patience = new AbortController();
    const command = new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' });
    const hangs = ssm.send(command, { abortSignal: patience.signal });
    const givenUp = expect(hangs).rejects.toMatchObject({ name: 'AbortError' });
    // It has arrived, and has met the fault.
    while ((await rows()).length > 0) await new Promise(setImmediate);
    patience.abort();
    await givenUp;
    expect((await put('1')).Version).toBe(1);
  });

  it('are those of one place where a place is named', async () => {
    await call('*', 'denied', { target: `${ACCOUNT}/us-east-1` });
    expect((await put('1')).Version).toBe(1);
    const there = clientOf(1, { region: 'us-east-1' });
    await expect(put('1', there)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    there.destroy();
  });

  it('are refused by name where AWS has no such service or operation, with the nearest', async () => {
    expect(await call('ssm:PutParametr', 'error')).toEqual({ unknown: 'ssm:PutParametr', nearest: 'ssm:PutParameter' });
    expect(await call('esc:UpdateService', 'error')).toEqual({ unknown: 'esc', nearest: 'ecs' });
    expect(await rows()).toEqual([]);
  });

  it('picked by a rate are the same for the same seed, and about as many as the rate says', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (seed, rate) => {
        const picks = (): boolean[] => {
          const made: CallFault = {
            id: 'f1',
            service: '*',
            operation: '*',
            kind: 'error',
            target: null,
            times: null,
            rate,
            seed,
          };
          const faults = { ...noFaults(), calls: [made] };
          return Array.from({ length: 400 }, () => strike(faults, 'ssm', 'GetParameter', 'a/b') !== null);
        };
        const first = picks();
        expect(picks()).toEqual(first);
        expect(Math.abs(first.filter(Boolean).length / 400 - rate)).toBeLessThan(0.15);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a fault', () => {
  it('outlasts the process, and is listed and cleared', async () => {
    await call('ssm:PutParameter', 'throttle', { times: 5 });
    await fault({ fault: 'image', image: 'app:1', outcome: 'exits' });
    await fault({ fault: 'capacity', target: `${ACCOUNT}/eu-west-1/eu-west-1a`, tasks: 0 });
    await fault({ fault: 'clock', skewMs: 600_000 });
    await sandbox.close();
    sandbox = await open();
    ssm = clientOf(1);
    expect((await rows()).map((r) => [r.id, r.fault, r.left])).toEqual([
      ['f1', 'call', 5],
      ['app:1', 'image', null],
      [`${ACCOUNT}/eu-west-1/eu-west-1a`, 'capacity', null],
      ['clock', 'clock', null],
    ]);
    expect(JSON.parse(await sandbox.ask('faults/clear', '{"id":"f1"}'))).toEqual({ cleared: 1 });
    expect(JSON.parse(await sandbox.ask('faults/clear', '{"id":"f1"}'))).toEqual({ cleared: 0 });
    expect(JSON.parse(await sandbox.ask('faults/clear', '{"id":null}'))).toEqual({ cleared: 3 });
    expect(await rows()).toEqual([]);
  });

  it('of the clock refuses signatures of another time, and the SDK corrects itself by the date it is told', async () => {
    await fault({ fault: 'clock', skewMs: 3_600_000 });
    await expect(put('1')).rejects.toMatchObject({ name: 'InvalidSignatureException', message: /^Signature expired: / });
    const patient = clientOf(3);
    expect((await put('1', patient)).Version).toBe(1);
    patient.destroy();
  });

  it('of credentials ends every session that was handed out', async () => {
    const sts = new STSClient({
      region: 'eu-west-1',
      endpoint: sandbox.endpoint,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
    });
    const assume = async () => {
      const { Credentials: c } = await sts.send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`, RoleSessionName: 'me' }),
      );
      return clientOf(1, {
        credentials: { accessKeyId: c!.AccessKeyId!, secretAccessKey: c!.SecretAccessKey!, sessionToken: c!.SessionToken },
      });
    };
    const early = await assume();
    expect((await put('1', early)).Version).toBe(1);
    await fault({ fault: 'credentials' });
    await expect(put('2', early)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    expect((await put('2', await assume())).Version).toBe(2);
  });
});

describe('a state file', () => {
  it('of another version or damaged is set aside whole, with a message, and a new one begun', async () => {
    await put('1');
    await sandbox.close();
    const dir = join(root, '.baf', 'sandbox');
    const file = join(dir, 'state.json');
    const old = readFileSync(file, 'utf8').replace(/"version":\d+/, '"version":1');
    for (const [text, why] of [
      [old, /it is of version 1, this baf keeps version \d/],
      [old.slice(0, 200), /could not be read/],
    ] as const) {
      writeFileSync(file, text);
      sandbox = await open();
      ssm = clientOf(1);
      expect(sandbox.warning).toMatch(why);
      await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
      const aside = readdirSync(dir).filter((name) => name.startsWith('state.json.unreadable-'));
      expect(aside.map((name) => readFileSync(join(dir, name), 'utf8'))).toContain(text);
      await sandbox.close();
    }
    sandbox = await open();
  });
});
