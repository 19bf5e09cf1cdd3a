import { describe, expect, it } from 'vitest';
import { nextRun } from '../../../src/lib/sandbox/services/application-autoscaling/schedule.js';
import { checked, refused } from './checked.js';

const make = await checked('application-autoscaling');

const target = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/baf/ui',
  ScalableDimension: 'ecs:service:DesiredCount',
};
const cpu = (TargetValue: number, more: object = {}) => ({
  ...target,
  PolicyName: 'cpu',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    ...more,
  },
});

function scaling() {
  const { d, call } = make();
  d.call('ecs', 'CreateCluster', { clusterName: 'baf' });
  d.call('ecs', 'RegisterTaskDefinition', {
    family: 'ui',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'ui', image: 'ui:1', essential: true }],
  });
  d.call('ecs', 'CreateService', {
    cluster: 'baf',
    serviceName: 'ui',
    taskDefinition: 'ui',
    desiredCount: 1,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
  });
  const desired = (): number => d.call('ecs', 'DescribeServices', { cluster: 'baf', services: ['ui'] }).services[0].desiredCount;
  const register = (MinCapacity?: number, MaxCapacity?: number, more: object = {}) =>
    call('RegisterScalableTarget', { ...target, MinCapacity, MaxCapacity, ...more }).ScalableTargetARN as string;
  const alarms = (): { AlarmName: string; Threshold: number; EvaluationPeriods: number }[] =>
    d.call('monitoring', 'DescribeAlarms', {}).MetricAlarms;
  return { d, call, desired, register, alarms };
}

describe('scalable targets', () => {
  it('bring the desired count between their bounds', () => {
    const { d, call, desired, register } = scaling();
    const arn = register(2, 4);
    expect(arn).toMatch(/:scalable-target\/[0-9a-f]{40}$/);
    expect(desired()).toBe(1);
    d.pass(1);
    expect(desired()).toBe(2);
    expect(register(undefined, 6)).toBe(arn);
    const { ScalableTargets } = call('DescribeScalableTargets', { ServiceNamespace: 'ecs' });
    expect(ScalableTargets).toMatchObject([{ ...target, MinCapacity: 2, MaxCapacity: 6, ScalableTargetARN: arn }]);
    d.call('ecs', 'UpdateService', { cluster: 'baf', service: 'ui', desiredCount: 5 });
    register(1, 3);
    d.pass(1);
    expect(desired()).toBe(3);
    expect(call('DescribeScalingActivities', { ServiceNamespace: 'ecs', MaxResults: 1 })).toMatchObject({
      ScalingActivities: [
        {
          Description: 'Setting desired count to 3.',
          Cause: 'maximum capacity was set to 3',
          StatusCode: 'Successful',
        },
      ],
      NextToken: expect.any(String),
    });
  });

  it('refuse what they cannot scale', () => {
    const { call, register } = scaling();
    expect(() => register(1, 2, { ResourceId: 'service/baf/none' })).toThrow(
      refused('ValidationException', /^ECS service doesn't exist: service\/baf\/none$/),
    );
    expect(() => register(3, 2)).toThrow(refused('ValidationException', /cannot be less than/));
    expect(() => register(3)).toThrow(refused('ValidationException'));
    expect(() => register(1, 2, { ServiceNamespace: 'rds' })).toThrow(refused('ValidationException', /Unsupported/));
    expect(() => register(1, 2, { ServiceNamespace: 'tea' })).toThrow(refused('ValidationException', /enum value set/));
    expect(() => call('DeregisterScalableTarget', target)).toThrow(
      refused('ObjectNotFoundException', /service namespace: ecs, resource ID: service\/baf\/ui/),
    );
    expect(() => call('PutScalingPolicy', cpu(50))).toThrow(refused('ObjectNotFoundException'));
  });

  it('carry tags', () => {
    const { call, register } = scaling();
    const ResourceARN = register(1, 2, { Tags: { a: 'b' } });
    call('TagResource', { ResourceARN, Tags: { c: 'd' } });
    call('UntagResource', { ResourceARN, TagKeys: ['a'] });
    expect(call('ListTagsForResource', { ResourceARN }).Tags).toEqual({ c: 'd' });
    call('DeregisterScalableTarget', target);
    expect(() => call('ListTagsForResource', { ResourceARN })).toThrow(refused('ResourceNotFoundException'));
  });
});

describe('scaling policies', () => {
  it('keep their alarms in CloudWatch', () => {
    const { call, register, alarms } = scaling();
    register(1, 4);
    const made = call('PutScalingPolicy', cpu(50));
    expect(made.PolicyARN).toMatch(/:resource\/ecs\/service\/baf\/ui:policyName\/cpu$/);
    expect(alarms().map((a) => [a.AlarmName.replace(/-[0-9a-f-]{36}$/, ''), a.Threshold, a.EvaluationPeriods])).toEqual([
      ['TargetTracking-service/baf/ui-AlarmHigh', 50, 3],
      ['TargetTracking-service/baf/ui-AlarmLow', 45, 15],
    ]);
    expect(made.Alarms).toHaveLength(2);
    const again = call('PutScalingPolicy', cpu(70, { DisableScaleIn: true }));
    expect(again.PolicyARN).toBe(made.PolicyARN);
    expect(alarms()).toMatchObject([{ AlarmName: made.Alarms[0].AlarmName, Threshold: 70 }]);
    expect(() => call('PutScalingPolicy', { ...cpu(50), PolicyName: 'twin' })).toThrow(
      refused('ValidationException', /Only one/),
    );
    const label = 'app/baf/0123456789abcdef/targetgroup/ui/0123456789abcdef';
    const requests = (ResourceLabel: string) => ({
      ...cpu(100, { PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel } }),
      PolicyName: 'requests',
    });
    call('PutScalingPolicy', requests(label));
    expect(() => call('PutScalingPolicy', requests('ui'))).toThrow(refused('ValidationException', /label/));
    const described = (more: object = {}) =>
      call('DescribeScalingPolicies', { ServiceNamespace: 'ecs', ...more }).ScalingPolicies;
    expect(described({ PolicyNames: ['cpu'] })).toMatchObject([
      { PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 } },
    ]);
    call('DeleteScalingPolicy', { ...target, PolicyName: 'cpu' });
    expect(() => call('DeleteScalingPolicy', { ...target, PolicyName: 'cpu' })).toThrow(
      refused('ObjectNotFoundException', /policy name: cpu/),
    );
    expect(alarms()).toHaveLength(2);
    call('DeregisterScalableTarget', target);
    expect([described(), alarms()]).toEqual([[], []]);
  });
});

describe('scheduled actions', () => {
  it('set other bounds when their time comes', () => {
    const { d, call, desired, register } = scaling();
    register(1, 4);
    const put = (ScheduledActionName: string, Schedule: string, MinCapacity: number, more: object = {}) =>
      call('PutScheduledAction', { ...target, ScheduledActionName, Schedule, ScalableTargetAction: { MinCapacity }, ...more });
    put('up', 'at(2026-11-19T12:05:00)', 3);
    put('daily', 'cron(0 6 * * ? *)', 4);
    d.pass(301);
    expect(desired()).toBe(3);
    d.pass(18 * 3_600);
    expect(desired()).toBe(4);
    const [shown] = call('DescribeScheduledActions', { ServiceNamespace: 'ecs', ScheduledActionNames: ['up'] }).ScheduledActions;
    expect(shown).toMatchObject({ Schedule: 'at(2026-11-19T12:05:00)', ScalableTargetAction: { MinCapacity: 3 } });
    expect(() => put('bad', 'at(noon)', 1)).toThrow(refused('ValidationException', /at\(noon\)/));
    expect(() => put('bad', 'rate(5 minutes)', 1, { ScalableTargetAction: {} })).toThrow(refused('ValidationException'));
    call('DeleteScheduledAction', { ...target, ScheduledActionName: 'up' });
    expect(() => call('DeleteScheduledAction', { ...target, ScheduledActionName: 'up' })).toThrow(
      refused('ObjectNotFoundException'),
    );
  });

  it.each([
    ['rate(5 minutes)', 'UTC', '2026-03-01T00:02:00Z', '2026-03-01T00:05:00Z'],
    ['cron(0 8 ? * MON-FRI *)', 'UTC', '2026-03-06T09:00:00Z', '2026-03-09T08:00:00Z'],
    ['cron(0/15 * * * ? *)', 'UTC', '2026-03-06T09:15:00Z', '2026-03-06T09:30:00Z'],
    ['cron(30 7 1 JAN,JUL ? *)', 'UTC', '2026-03-06T00:00:00Z', '2026-07-01T07:30:00Z'],
    ['cron(0 8 * * ? *)', 'Europe/Ljubljana', '2026-03-28T12:00:00Z', '2026-03-29T06:00:00Z'],
    ['cron(0 8 * * ? *)', 'Europe/Ljubljana', '2026-03-27T12:00:00Z', '2026-03-28T07:00:00Z'],
    ['at(2026-06-01T08:00:00)', 'America/New_York', '2026-03-01T00:00:00Z', '2026-06-01T12:00:00Z'],
  ])('read %s in %s', (schedule, zone, now, next) => {
    const from = Date.parse('2026-03-01T00:00:00Z');
    expect(new Date(nextRun(schedule, zone, from, Date.parse(now))!).toISOString()).toBe(next.replace('Z', '.000Z'));
  });

  it.each(['cron(0 8 * * *)', 'cron(61 8 * * ? *)', 'cron(x 8 * * ? *)', 'rate(0 minutes)', 'daily', 'at(2026-13-01T00:00:00)'])(
    'refuse %s',
    (schedule) => {
      expect(() => nextRun(schedule, 'UTC', 0, 0)).toThrow(refused('ValidationException'));
    },
  );
});
