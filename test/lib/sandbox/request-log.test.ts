/** A sandbox that is killed between two writes of its state: what it had answered is there again. */
import fc from 'fast-check';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replay } from '../../../src/lib/sandbox/replay.js';
import { openLog, type Entry } from '../../../src/lib/sandbox/request-log.js';
import { openStore } from '../../../src/lib/sandbox/store.js';
import { drive, START, type Drive } from './drive.js';
import { balancer, scene, stagedBalancers, type Scene } from './ecs-scene.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'baf-request-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** As a process that opens what is there, with its time standing still. */
const open = (at: string, now = START): Drive => drive(undefined, now, { store: openStore(join(at, 'sandbox'), () => START) });
const body = Buffer.from([0, 255, 10, 13]);
const acts: readonly ((s: Scene) => unknown)[] = [
  (s) => s.update('app:2'),
  (s) => s.update(null, { desiredCount: 4 }),
  (s) => s.ecs('StopTask', { task: s.ecs('ListTasks').taskArns[0] ?? 'none' }),
  (s) => s.ecs('RegisterTaskDefinition', { family: 'app' }),
  (s) => s.service(),
  (s) => s.d.call('ssm', 'PutParameter', { Name: '/tag', Value: '1', Type: 'String', Overwrite: true }),
  (s) => s.d.call('ssm', 'GetParameter', { Name: '/tag' }),
  (s) => s.d.call('sts', 'AssumeRole', { RoleArn: 'arn:aws:iam::111111111111:role/baf-deploy', RoleSessionName: 'me' }),
  (s) => s.d.call('s3', 'PutObject', { Bucket: 'bucket', Key: 'key', Body: body }),
  (s) => s.d.call('application-autoscaling', 'PutScheduledAction', { StartTime: new Date(START) }),
  (s) => s.d.sandbox.store.save(s.d.clock.now()),
];
const day = fc.record({ act: fc.nat(acts.length - 1), wait: fc.integer({ min: 0, max: 90 }) });

it('is as it was, whenever it is killed', () => {
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 10 }), fc.nat(90), (days, later) => {
      const at = mkdtempSync(join(dir, 'one-'));
      const s = scene(open(at));
      s.create({ loadBalancers: stagedBalancers(balancer(s)) });
      s.d.call('s3', 'CreateBucket', { Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
      // What is seeded is not asked for.
      s.d.sandbox.store.save(START);
      for (const { act, wait } of days) {
        try {
          acts[act]!(s);
        } catch (error) {
          // What cannot be done just now is refused: it was noted as well.
          expect(error).toMatchObject({ code: expect.any(String) as string });
        }
        s.d.pass(wait);
      }
      s.d.pass(later);
      const again = open(at, s.d.clock.now());
      replay(again.sandbox);
      again.pass(0);
      expect(again.sandbox.store.state.cells).toEqual(s.d.sandbox.store.state.cells);
      expect(again.sandbox.store.state.sessions).toEqual(s.d.sandbox.store.state.sessions);
      expect(again.sandbox.store.state.noted).toBe(s.d.sandbox.store.state.noted);
      again.sandbox.store.save(again.clock.now());
      expect(existsSync(join(at, 'sandbox', 'state.log'))).toBe(false);
      expect(open(at).sandbox.store.pending).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

const put = (d: Drive, Value: string): unknown =>
  d.call('ssm', 'PutParameter', { Name: '/tag', Value, Type: 'String', Overwrite: true });
const value = (d: Drive): string => d.call('ssm', 'GetParameter', { Name: '/tag' }).Parameter.Value as string;
const log = (): string => join(dir, 'sandbox', 'state.log');

it('does nothing twice that was noted and is in the state: a kill between the two writes', () => {
  const d = open(dir);
  d.sandbox.store.save(START);
  put(d, '1');
  const noted = readFileSync(log());
  d.sandbox.store.save(START);
  appendFileSync(log(), noted);
  const again = open(dir);
  replay(again.sandbox);
  expect(d.call('ssm', 'GetParameter', { Name: '/tag' }).Parameter.Version).toBe(1);
  expect(again.call('ssm', 'GetParameter', { Name: '/tag' }).Parameter.Version).toBe(1);
});

it('goes up to a line that was cut short', () => {
  const d = open(dir);
  d.sandbox.store.save(START);
  put(d, '1');
  appendFileSync(log(), readFileSync(log(), 'utf8').slice(0, 100));
  const again = open(dir);
  replay(again.sandbox);
  expect(value(again)).toBe('1');
  again.sandbox.store.save(START);
  put(again, '2');
  const third = open(dir);
  replay(third.sandbox);
  expect(value(third)).toBe('2');
});

it('a log without its state is none of the new one', () => {
  put(open(dir), '1');
  rmSync(join(dir, 'sandbox', 'state.json'), { force: true });
  const d = open(dir);
  expect(d.sandbox.store.pending).toEqual([]);
  expect(existsSync(log())).toBe(false);
});

it('keeps dates and bytes', () => {
  const file = join(dir, 'a.log');
  const entry: Entry = {
    at: 1,
    seed: 2,
    service: 's3',
    operation: 'PutObject',
    input: { Body: body, When: new Date(3) },
    caller: { account: '1', region: 'eu-west-1', arn: 'arn' },
    prepared: null,
    count: 1,
    wallAt: 4,
  };
  openLog(file).append(entry);
  expect(openLog(file).entries()).toEqual([entry]);
});
