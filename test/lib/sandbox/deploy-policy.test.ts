/**
 * docs/policies/baf-deploy.json is enough for baf and no more: with IAM enforced and roles that hold exactly this policy,
 * stagings, deploys, failures and tags run, nothing is denied, and every action that the policy allows was used.
 */
import { endTime, enter, keepPlaying, projectDir, removeDir, startTime, type World } from '../command/one-clock.js';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, openSandbox, readFiles } from '../../../src/lib/app.js';
import { continueRollouts } from '../../../src/lib/command/continue.js';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { faultCapacity, faultImage } from '../../../src/lib/command/faults.js';
import { sandboxIam } from '../../../src/lib/command/iam.js';
import { downStaging, lsStagings, showOneStaging, upStaging } from '../../../src/lib/command/staging.js';
import { showStatus } from '../../../src/lib/command/status.js';
import { getTag, listTags } from '../../../src/lib/command/tags.js';
import { historyOfTag } from '../../../src/lib/command/tags-compare.js';
import { labelTags } from '../../../src/lib/command/tags-pin.js';
import { setTag } from '../../../src/lib/command/tags-set.js';

const POLICY = readFileSync(resolve('docs/policies/baf-deploy.json'), 'utf8');

let dir: string;
let world: World;
let stop: () => void;
const base = () => ({
  dir,
  sandbox: true,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'none',
});
const settings = { plan: false, 'exit-code': false, timeout: '6h', 'on-failure': 'rollback' as const, json: true };
const deploy = (services: string[], tag: string, more: object = {}) =>
  deployServices({ ...base(), ...settings, env: 'prod', services, tag: [tag], ...more });
const canary = { targets: ['shop-canary'] };

const user = (accessKeyId: string) => ({
  region: 'eu-west-1',
  endpoint: 'http://sandbox.invalid',
  requestHandler: world.handler as never,
  credentials: { accessKeyId, secretAccessKey: 'x' },
});
const edit = (change: (text: string) => string): void => {
  const file = join(dir, 'baf.yaml');
  const text = readFileSync(file, 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text));
};

beforeAll(async () => {
  startTime();
  dir = projectDir('policy');
  const file = join(dir, 'baf.platform.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nnotify: { eventBridge: {} }\n`);
  process.env['BAF_ACTOR'] = 'ana';
  const { project, platform } = await readFiles(base());
  world = enter();
  stop = keepPlaying(world);
  await openSandbox(project, platform, base());
  for (const account of Object.values(platform.accounts)) {
    const iam = new IAMClient(user(account));
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: Object.values(platform.accounts)[0] }, Action: 'sts:AssumeRole' }],
    };
    await iam.send(new CreateRoleCommand({ RoleName: 'baf-deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'baf-deploy', PolicyName: 'baf-deploy', PolicyDocument: POLICY }));
  }
  await sandboxIam('on', base());
});
afterAll(() => {
  stop();
  endTime();
  removeDir(dir);
});

describe('the policy for deploying', () => {
  it('is enough: stagings come and go', async () => {
    expect((await upStaging('demo', { ...base(), timeout: '6h' })).exitCode).toBe(0);
    expect((await upStaging('demo', { ...base(), timeout: '6h', tag: ['ui=1.4.0'] })).exitCode).toBe(0);
    expect((await lsStagings(base())).text).toMatch(/demo\s+ready/);
    expect((await showOneStaging('demo', base())).text).toMatch(/ui\s+1\.4\.0/);
    expect((await downStaging('demo', base())).text).toBe('The staging demo is gone.');
  });

  it('is enough: stacks change, and say why they fail', async () => {
    expect((await upStaging('stacks', { ...base(), timeout: '6h' })).exitCode).toBe(0);
    edit((text) => text.replace('port: 8080\n    health: /actuator/health', 'port: 8081\n    health: /healthy'));
    expect((await upStaging('stacks', { ...base(), timeout: '6h' })).exitCode).toBe(0);
    edit((text) => text.replace('health: /healthy', 'health: /ready'));
    expect((await upStaging('stacks', { ...base(), timeout: '6h' })).exitCode).toBe(0);
    await downStaging('stacks', base());
    const logs = new CloudWatchLogsClient(user('111111111111'));
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/baf/retail-store/taken/orders' }));
    await expect(upStaging('taken', { ...base(), timeout: '6h' })).rejects.toMatchObject({
      code: 'StackFailed',
      message: expect.stringMatching(/already exists/) as string,
    });
    await downStaging('taken', base());
  });

  it('is enough: deploys succeed, and say why they fail', async () => {
    expect((await deploy(['ui', 'catalog'], '1.3.0')).exitCode).toBe(0);
    expect((await showStatus(['ui'], { ...base(), env: 'prod' })).text).toMatch(/ui\s+shop-canary\/eu-west-1\s+1\.3\.0/);
    await faultImage('retail-store-sample-ui:2.0.0', { ...base(), outcome: 'exits' });
    const failed = await deploy(['ui'], '2.0.0');
    expect([failed.exitCode, failed.text]).toEqual([1, expect.stringMatching(/rolled-back[\s\S]*exit code 1/)]);
  });

  it('is enough: traffic is moved and paused, alarms are watched, autoscaling waits', async () => {
    for (const account of ['222222222222', '333333333333'])
      for (const region of ['eu-west-1', 'us-east-1']) {
        const metrics = new CloudWatchClient({ ...user(account), region });
        await metrics.send(
          new PutMetricAlarmCommand({
            AlarmName: 'ui-5xx',
            MetricName: 'errors',
            Namespace: 'ui',
            Statistic: 'Sum',
            Period: 60,
            EvaluationPeriods: 1,
            Threshold: 1,
            ComparisonOperator: 'GreaterThanThreshold',
          }),
        );
      }
    const scaling = new ApplicationAutoScalingClient(user('222222222222'));
    const scaled = {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: 'service/baf/retail-store-prod-ui',
    } as const;
    const suspended = { DynamicScalingInSuspended: true };
    await scaling.send(
      new RegisterScalableTargetCommand({ ...scaled, MinCapacity: 1, MaxCapacity: 4, SuspendedState: suspended }),
    );
    const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
    // What a deploy left that was killed: its own mark tells it from what somebody suspended by hand.
    await scaling.send(
      new TagResourceCommand({
        ResourceARN: ScalableTargets![0]!.ScalableTargetARN!,
        Tags: { 'baf:scale-in-suspended-by': 'd-killed' },
      }),
    );
    edit((text) =>
      text.replace(
        '    template: web-service\n',
        '    template: web-service\n    deploy: { strategy: blue-green, alarms: [ui-5xx], pause: { at: [post-test-traffic-shift] } }\n',
      ),
    );
    let over = false;
    const running = deploy(['ui'], '3.0.0', canary).finally(() => (over = true));
    const flags = { ...base(), env: 'prod', back: false };
    while (!over) {
      await continueRollouts('ui', flags).catch((error: unknown) => expect(error).toMatchObject({ code: 'NothingPaused' }));
      await new Promise((done) => setTimeout(done, 30_000));
    }
    expect((await running).text).toMatch(/ui 1\.3\.0 -> 3\.0\.0 succeeded/);
    // A resume of what was suspended, then a suspension of its own: the second deploy finds it as it should be.
    const after = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
    expect(after.ScalableTargets![0]!.SuspendedState?.DynamicScalingInSuspended).toBe(false);
    edit((text) => text.replace(', pause: { at: [post-test-traffic-shift] }', ''));
    expect((await deploy(['ui'], '3.0.1', canary)).exitCode).toBe(0);
    edit((text) => text.replace(/\n {4}deploy: \{ strategy: blue-green[^\n]*/, ''));
  });

  it('is enough: tasks run before a deploy, and are stopped when they take too long; load balancers are found', async () => {
    edit((text) =>
      text.replace(
        '    template: web-service\n',
        '    template: web-service\n    deploy: { before: [{ command: [migrate] }] }\n',
      ),
    );
    expect((await deploy(['ui'], '1.5.0')).exitCode).toBe(0);
    edit((text) => text.replace('command: [migrate]', 'command: [migrate], timeout: 1s'));
    expect((await deploy(['ui'], '1.6.0')).text).toMatch(/migrate had not ended after 1 s/);
    const app = await openApp(base());
    try {
      const [target] = app.platform.environments['prod']!.waves[0]!.targets;
      const gateways = app.effects.at(target!);
      const { listenerArn } = await gateways.offer('prod');
      expect(await gateways.loadBalancers.addressOf(listenerArn)).toMatch(/elb\.amazonaws\.com$/);
    } finally {
      await app.close();
    }
    edit((text) => text.replace(/\n {4}deploy: \{ before[^\n]*/, ''));
  });

  it('is enough: a rollout that finds no place is stopped when its time is up', async () => {
    await faultCapacity({ ...base(), target: 'shop-canary/eu-west-1', tasks: 1 });
    const late = await deployServices({ ...base(), ...settings, env: 'prod', services: ['ui'], tag: ['2.1.0'], timeout: '5m' });
    expect([late.exitCode, late.text]).toEqual([1, expect.stringMatching(/rolled-back[\s\S]*not steady after [\s\S]*Capacity/)]);
  });

  it('is enough: tags are listed, got and set', async () => {
    expect((await setTag('catalog', '1.3.1', { ...base(), env: 'prod' })).text).toMatch(/1\.3\.1/);
    expect((await getTag('catalog', { ...base(), env: 'prod' })).text).toBe('1.3.1');
    expect((await historyOfTag('catalog', { ...base(), env: ['prod'] })).text).toMatch(/1\.3\.1 .* set/);
    expect((await labelTags('catalog', 'tried', { ...base(), env: 'prod', remove: false })).exitCode).toBe(0);
    expect((await labelTags('catalog', 'tried', { ...base(), env: 'prod', remove: true })).text).toMatch(
      /tried taken from 1\.3\.1/,
    );
    expect((await listTags([], base())).text).toMatch(/catalog\s+prod\s+1\.3\.1/);
  });

  it('is no more than that: nothing was denied, and every action that it allows was used', async () => {
    const { access } = (await sandboxIam(null, base())).json.iam;
    expect(access.filter(({ denied }) => denied > 0)).toEqual([]);
    const used = new Set(access.filter(({ allowed }) => allowed > 0).map(({ action }) => action));
    const { Statement } = JSON.parse(POLICY) as { Statement: { Action: string | string[] }[] };
    const allowed = Statement.flatMap(({ Action }) => Action);
    expect([...used].sort()).toEqual([...new Set(allowed)].sort());
  });
});
