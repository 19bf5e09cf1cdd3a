/** A strategy, alarms, the failure budget and --all with the built CLI, against one served sandbox; each strategy: test/lib/command. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place, type Running } from './harness.js';

let here: Place;
let sandbox: Running;
let endpoint = '';
// A lease is two seconds of the wall clock: a machine that is slow keeps its lock.
const fast = ['--sandbox', '--speed', '60'];
const deploy = async (...args: string[]) => {
  const ran = await here.run('deploy', ...args, '--progress', 'jsonl', '--json', ...fast);
  const events = ran.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown> & { type: string });
  if (!ran.stdout.startsWith('{')) throw new Error(ran.stdout + ran.stderr);
  const { deploy: outcome } = JSON.parse(ran.stdout) as {
    deploy: {
      status: string;
      rollouts: { service: string; target: string; status: string; cause?: { code: string; message: string } }[];
    };
  };
  return { code: ran.code, outcome, events };
};
const client = (account: string) => ({
  region: 'eu-west-1',
  endpoint,
  credentials: { accessKeyId: account, secretAccessKey: 'x' },
});
const STAGING = '111111111111';
const alarm = async (account: string, name: string, StateValue: 'OK' | 'ALARM') => {
  const metrics = new CloudWatchClient(client(account));
  await metrics.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      MetricName: 'errors',
      Namespace: 'ui',
      Statistic: 'Sum',
      Period: 10,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await metrics.send(new SetAlarmStateCommand({ AlarmName: name, StateValue, StateReason: 'errors rose to 7' }));
};
const edit = (file: string, change: (text: string) => string): void => {
  const path = join(here.dir, file);
  const text = readFileSync(path, 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(path, change(text));
};

beforeAll(async () => {
  here = place();
  sandbox = here.start('sandbox', 'start', '--speed', '60', '--json');
  let text = '';
  sandbox.child.stdout!.on('data', (chunk: string) => (text += chunk));
  await sandbox.sees(/"endpoint"/);
  endpoint = /"endpoint":\s*"([^"]+)"/.exec(text)![1]!;
  expect((await deploy('ui', '--env', 'staging', '--tag', '1.0.0')).code).toBe(0);
});
afterAll(async () => {
  sandbox.child.kill('SIGTERM');
  await sandbox.done;
  here.remove();
});

describe('a strategy', () => {
  it('brings a version in stage by stage, and goes back from a bad one', async () => {
    const canary = ['--env', 'staging', '--strategy', 'canary'];
    const good = await deploy('ui', '--tag', '2.0.0', ...canary);
    expect([good.code, good.outcome.status]).toEqual([0, 'succeeded']);
    const stages = good.events.filter((e) => e.type === 'rollout.stage') as unknown as { production: number }[];
    expect(Math.max(...stages.map((s) => s.production))).toBe(100);
    await here.run('sandbox', 'fault', 'image', 'retail-store-sample-ui:2-exits', '--outcome', 'exits', ...fast);
    const bad = await deploy('ui', '--tag', '2-exits', ...canary);
    expect([bad.code, bad.outcome.status]).toEqual([1, 'rolled-back']);
    expect(bad.outcome.rollouts[0]!.cause!.code).toMatch(/ContainerExited/);
    const { value } = await here.json('ssm', 'tags', 'ui', '--env', 'staging', ...fast);
    expect((value as { tags: { running: string }[] }).tags[0]!.running).toBe('2.0.0');
  });

  it('that moves traffic is refused where there is no load balancer, before anything is touched', async () => {
    const { code, value } = await here.json('deploy', '--all', '--env', 'staging', '--tag', '9', '--strategy', 'canary', ...fast);
    const { error } = value as { error: { code: string; message: string } };
    expect([code, error.code, error.message]).toEqual([
      2,
      'StrategyUnfit',
      expect.stringMatching(/does not go with catalog, cart/),
    ]);
  });
});

describe('alarms', () => {
  it('that are not there are refused; one that goes off makes the rollout fail', async () => {
    edit('baf.yaml', (text) =>
      text.replace(
        '    template: web-service\n',
        '    template: web-service\n    deploy: { strategy: blue-green, bake: 10m, alarms: [ui-5xx] }\n',
      ),
    );
    const { code, value } = await here.json('deploy', 'ui', '--env', 'staging', '--tag', '7.0.0', ...fast);
    const { error } = value as { error: { code: string; message: string } };
    expect([code, error.code, error.message]).toEqual([4, 'PreflightFailed', expect.stringMatching(/there is no alarm ui-5xx/)]);
    await alarm(STAGING, 'ui-5xx', 'OK');
    const running = here.start('deploy', 'ui', '--env', 'staging', '--tag', '7.0.0', '--progress', 'jsonl', '--json', ...fast);
    await running.sees(/"stage":"BAKE_TIME"/);
    await alarm(STAGING, 'ui-5xx', 'ALARM');
    const ended = await running.done;
    expect([ended.code, ended.stdout]).toEqual([
      1,
      expect.stringMatching(/rolled-back[\s\S]*AlarmTriggered[\s\S]*ui-5xx went off during the rollout: errors rose to 7/),
    ]);
    await alarm(STAGING, 'ui-5xx', 'OK');
  });

  it('that go off while a wave bakes bring it back', async () => {
    for (const account of ['222222222222', '333333333333']) await alarm(account, 'shop', 'OK');
    edit('baf.yaml', (text) => text.replace(/\n {4}deploy: \{ strategy: blue-green[^\n]*/, ''));
    edit('baf.platform.yaml', (text) =>
      text
        .replace('    protected: true\n', '    protected: true\n    alarms: [shop]\n')
        .replace('bake: 1m', 'bake: 10m')
        .replace(', shop-prod/us-east-1', ''),
    );
    expect((await deploy('ui', '--env', 'prod', '--tag', '1.0.0')).outcome.status).toBe('succeeded');
    const running = here.start('deploy', 'ui', '--env', 'prod', '--tag', '8.0.0', '--progress', 'jsonl', '--json', ...fast);
    await running.sees(/"type":"wave.baking"/);
    await alarm('222222222222', 'shop', 'ALARM');
    const { code, stdout, stderr } = await running.done;
    expect(code).toBe(1);
    const { deploy: outcome } = JSON.parse(stdout) as { deploy: Awaited<ReturnType<typeof deploy>>['outcome'] };
    expect(outcome.rollouts.map((r) => `${r.target} ${r.status} ${r.cause?.code}`)).toEqual([
      'shop-canary/eu-west-1 rolled-back AlarmTriggered',
      'shop-prod/eu-west-1 skipped undefined',
    ]);
    // Every rollout ended once; its last event is its truth.
    expect(stderr.match(/"type":"rollout.ended"/g)).toHaveLength(2);
    expect(stderr).toMatch(
      /"type":"wave.alarm"[\s\S]*"type":"budget.used-up"[\s\S]*"type":"rollout.revised"[^\n]*"status":"rolled-back"/,
    );
    await alarm('222222222222', 'shop', 'OK');
  });
});

describe('many services', () => {
  it('start after those they need, and one failure stops only what needs it within the budget', async () => {
    await here.run('sandbox', 'fault', 'image', 'retail-store-sample-orders:6.0.0', '--outcome', 'exits', ...fast);
    const first = await deploy('--all', '--env', 'staging', '--tag', '5.0.0');
    expect(first.outcome.status).toBe('succeeded');
    const order = first.events
      .filter((e) => e.type === 'rollout.started' || e.type === 'rollout.ended')
      .map((e) => `${String(e['service'])} ${e.type.slice(8)}`);
    expect(order.indexOf('checkout started')).toBeGreaterThan(order.indexOf('orders ended'));
    expect(order.indexOf('ui started')).toBe(order.length - 2);
    const partly = await deploy('--all', '--env', 'staging', '--tag', '6.0.0', '--max-failures', '1');
    expect(partly.code).toBe(5);
    expect(Object.fromEntries(partly.outcome.rollouts.map((r) => [r.service, r.status]))).toEqual({
      ui: 'skipped',
      catalog: 'succeeded',
      cart: 'succeeded',
      orders: 'rolled-back',
      checkout: 'skipped',
    });
    const none = await deploy('--all', '--env', 'staging', '--tag', '6.0.0', '--parallel', '1');
    expect(none.code).toBe(1);
    expect(none.events.filter((e) => e.type === 'budget.used-up')).toHaveLength(1);
    expect((await here.run('deploy', 'ui', '--env', 'staging', '--max-failures', 'some', ...fast)).code).toBe(2);
  });

  it('suspends scale-in while it rolls, whatever comes of it, and leaves what somebody suspended', async () => {
    const scaling = new ApplicationAutoScalingClient(client(STAGING));
    const register = (service: string, suspended: boolean) =>
      scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId: `service/baf/retail-store-staging-${service}`,
          MinCapacity: 1,
          MaxCapacity: 4,
          SuspendedState: { DynamicScalingInSuspended: suspended },
        }),
      );
    const suspended = async () =>
      Object.fromEntries(
        (await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))).ScalableTargets!.map((t) => [
          t.ResourceId!.split('-').at(-1),
          t.SuspendedState!.DynamicScalingInSuspended,
        ]),
      );
    await register('catalog', false);
    await register('cart', true);
    // However slow this machine is, nothing has ended when it is killed: no task has a place.
    await here.run('sandbox', 'fault', 'capacity', '--target', 'shop-staging/eu-west-1', '--tasks', '1', ...fast);
    const running = here.start('deploy', 'catalog', 'cart', '--env', 'staging', '--tag', '7.1.0', '--progress', 'jsonl', ...fast);
    await running.sees(/"service":"catalog"[^\n]*"step":"watching"/);
    expect(await suspended()).toEqual({ catalog: true, cart: true });
    running.child.kill('SIGKILL');
    await running.done;
    expect(await suspended()).toEqual({ catalog: true, cart: true });
    await here.run('sandbox', 'fault', 'clear', '--yes', ...fast);
    // The next run finds what the killed one left, though it has nothing else to do for long.
    expect((await deploy('catalog', 'cart', '--env', 'staging', '--tag', '7.1.0')).code).toBe(0);
    expect(await suspended()).toEqual({ catalog: false, cart: true });
  });
});
