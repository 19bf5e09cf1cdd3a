/** Rollouts while AWS fails: at each of a rollout's calls, in each way; and versions that fail in ways ECS does not count. */
import { endTime, enter, keepPlaying, projectDir, removeDir, startTime } from './one-clock.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { clearFaults, faultCall, faultCapacity, faultImage } from '../../../src/lib/command/faults.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';

let dir: string;
let stop: () => void;
beforeAll(() => {
  startTime();
  dir = projectDir('watching');
  stop = keepPlaying(enter());
  process.env['BAF_ACTOR'] = 'ana';
});
afterAll(() => {
  stop();
  endTime();
  removeDir(dir);
});

const base = () => ({
  dir,
  sandbox: true,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'none',
});
const settings = { env: 'prod', plan: false, 'exit-code': false, timeout: '6h', 'on-failure': 'rollback' as const, json: true };
const deploy = async (tag: string, more: object = {}): Promise<DeployOutcome['rollouts']> => {
  const done = await deployServices({ ...base(), ...settings, services: ['ui'], tag: [tag], ...more });
  return (done.json as { deploy: DeployOutcome }).deploy.rollouts;
};
const calls = [
  'ecs:DescribeServices',
  'ecs:DescribeTaskDefinition',
  'ecs:RegisterTaskDefinition',
  'ecs:UpdateService',
  'ssm:PutParameter',
  'ssm:LabelParameterVersion',
];

describe('a rollout', () => {
  it('of a first version that exits has nothing to go back to, and says failed', async () => {
    await faultImage('retail-store-sample-ui:0.1', { ...base(), outcome: 'exits' });
    const [canary] = await deploy('0.1');
    expect(canary).toMatchObject({ status: 'failed', cause: { code: 'ContainerExited' } });
    expect(canary!.cause!.message).toMatch(/exit code 1\)\..*no earlier version that was steady, so nothing was brought back/);
  }, 60_000);

  it('of an image for another processor is told by its log alone', async () => {
    await faultImage('retail-store-sample-ui:0.2', { ...base(), outcome: 'wrong-platform' });
    const [canary] = await deploy('0.2');
    expect(canary).toMatchObject({ status: 'failed', cause: { code: 'ImageWrongPlatform' } });
    expect(canary!.cause!.logs).toEqual(['exec /usr/local/bin/app: exec format error']);
  }, 60_000);

  it.each(['throttle', 'error', 'reset', 'expired', 'lost'] as const)(
    'is not disturbed by %s at each of its calls',
    async (kind) => {
      for (const call of calls) await faultCall(call, { ...base(), kind, times: kind === 'expired' ? 1 : 2 } as never);
      expect((await deploy(`1.3.${kind.length}-${kind}`)).map((r) => r.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      await clearFaults(undefined, base());
    },
    120_000,
  );

  it('that finds no place says so, and is brought back when its time is over', async () => {
    await faultCapacity({ ...base(), target: 'shop-canary/eu-west-1', tasks: 1 });
    const [canary] = await deploy('1.4.0', { timeout: '2m' });
    await clearFaults(undefined, base());
    expect(canary).toMatchObject({ status: 'rolled-back', cause: { code: 'CapacityUnavailable' } });
  }, 60_000);
});
