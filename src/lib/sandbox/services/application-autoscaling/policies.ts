/** Scaling policies, and the alarms that target tracking keeps in CloudWatch. */
import type { CallContext, Cell, Operation } from '../../service.js';
import { monitoring } from '../monitoring.js';

import { findAlarm, schedule, slice as monitoringSlice } from '../monitoring/state.js';
import { invalid, isSame, missing, needTarget, scalableOf, selected, slice, uuid, type Policy, type Scalable } from './state.js';

interface TrackingConfiguration {
  TargetValue: number;
  PredefinedMetricSpecification?: { PredefinedMetricType: string; ResourceLabel?: string };
  CustomizedMetricSpecification?: {
    MetricName?: string;
    Namespace?: string;
    Dimensions?: { Name: string; Value: string }[];
    Statistic?: string;
    Unit?: string;
    Metrics?: object[];
  };
  DisableScaleIn?: boolean;
}
interface PutInput extends Scalable {
  PolicyName: string;
  PolicyType?: string;
  StepScalingPolicyConfiguration?: { AdjustmentType?: string; StepAdjustments?: object[] };
  TargetTrackingScalingPolicyConfiguration?: TrackingConfiguration;
}

/** Share of the target below which target tracking scales in. */
const LOW = 0.9;
const HIGH_PERIODS = 3;
const LOW_PERIODS = 15;

/** The metric that a tracking policy watches, as an alarm names it. */
function metricOf(
  { ResourceId }: Scalable,
  { PredefinedMetricSpecification: known, CustomizedMetricSpecification: own }: TrackingConfiguration,
): object {
  const [, cluster, service] = ResourceId.split('/');
  const dimensions = [
    { Name: 'ClusterName', Value: cluster! },
    { Name: 'ServiceName', Value: service! },
  ];
  if (own?.Metrics) return { Metrics: own.Metrics };
  if (own) {
    if (!own.MetricName || !own.Namespace || !own.Statistic)
      throw invalid('MetricName, Namespace and Statistic are required in a customized metric specification.');
    return { MetricName: own.MetricName, Namespace: own.Namespace, Dimensions: own.Dimensions ?? [], Statistic: own.Statistic, Unit: own.Unit, Period: 60 }; // prettier-ignore
  }
  switch (known?.PredefinedMetricType) {
    case 'ECSServiceAverageCPUUtilization':
      return { MetricName: 'CPUUtilization', Namespace: 'AWS/ECS', Dimensions: dimensions, Statistic: 'Average', Period: 60 };
    case 'ECSServiceAverageMemoryUtilization':
      return { MetricName: 'MemoryUtilization', Namespace: 'AWS/ECS', Dimensions: dimensions, Statistic: 'Average', Period: 60 };
    case 'ALBRequestCountPerTarget': {
      const label = /^(app\/[^/]+\/[0-9a-f]+)\/(targetgroup\/[^/]+\/[0-9a-f]+)$/.exec(known.ResourceLabel ?? '');
      if (!label) throw invalid(`Resource label ${known.ResourceLabel ?? 'null'} is not valid for ALBRequestCountPerTarget.`);
      const Dimensions = [{ Name: 'TargetGroup', Value: label[2]! }];
      return { MetricName: 'RequestCountPerTarget', Namespace: 'AWS/ApplicationELB', Dimensions, Statistic: 'Sum', Period: 60 };
    }
    default:
      throw invalid(
        known
          ? `Predefined metric type ${known.PredefinedMetricType} is not supported for ${ResourceId}`
          : 'A metric specification is required for target tracking.',
      );
  }
}

function put(input: PutInput, context: CallContext): object {
  const { cell, now, id } = context;
  needTarget(cell, input);
  const held = slice(cell);
  const type = input.PolicyType ?? 'StepScaling';
  const before = held.policies.find((p) => isSame(p, input) && p.name === input.PolicyName);
  if (before && before.type !== type) throw invalid('Policy type of an existing scaling policy cannot be changed.');
  const tracking = type === 'TargetTrackingScaling' ? input.TargetTrackingScalingPolicyConfiguration : undefined;
  const configuration = tracking ?? (type === 'StepScaling' ? input.StepScalingPolicyConfiguration : undefined);
  if (!configuration) throw invalid(`A configuration is required for the policy type ${type}.`);
  if (tracking) checkTracking(input, tracking, held.policies, before);
  else if (!input.StepScalingPolicyConfiguration?.StepAdjustments?.length) throw invalid('Step adjustments are required.');
  const policy: Policy = {
    ...scalableOf(input),
    name: input.PolicyName,
    type,
    arn:
      before?.arn ??
      `arn:aws:autoscaling:${cell.region}:${cell.account}:scalingPolicy:${uuid(id)}:resource/ecs/${input.ResourceId}:policyName/${input.PolicyName}`,
    configuration: { ...configuration },
    alarms: before?.alarms ?? [],
    createdAt: before?.createdAt ?? now,
  };
  if (tracking) keepAlarms(policy, tracking, context);
  held.policies = [...held.policies.filter((p) => p !== before), policy];
  return { PolicyARN: policy.arn, Alarms: alarmsOf(cell, policy) };
}

function checkTracking(
  input: PutInput,
  tracking: TrackingConfiguration,
  all: readonly Policy[],
  before: Policy | undefined,
): void {
  const metric = JSON.stringify(metricOf(input, tracking));
  const twin = all.find(
    (policy) =>
      policy !== before &&
      policy.type === 'TargetTrackingScaling' &&
      isSame(policy, input) &&
      JSON.stringify(metricOf(policy, policy.configuration as unknown as TrackingConfiguration)) === metric,
  );
  if (twin) throw invalid('Only one TargetTrackingScaling policy for a given metric specification is allowed.');
}

/** One alarm scales out, and one scales in unless that is switched off. */
function keepAlarms(policy: Policy, tracking: TrackingConfiguration, context: CallContext): void {
  const metric = metricOf(policy, tracking);
  const kinds = [
    { kind: 'AlarmHigh', periods: HIGH_PERIODS, operator: 'GreaterThanThreshold', threshold: tracking.TargetValue },
    { kind: 'AlarmLow', periods: LOW_PERIODS, operator: 'LessThanThreshold', threshold: tracking.TargetValue * LOW },
  ].slice(0, tracking.DisableScaleIn ? 1 : 2);
  const names = kinds.map(({ kind, periods, operator, threshold }) => {
    const AlarmName =
      policy.alarms.find((name) => name.includes(`-${kind}-`)) ??
      `TargetTracking-${policy.ResourceId}-${kind}-${uuid((length) => context.id(length))}`;
    const input = {
      AlarmName,
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
      AlarmActions: [policy.arn],
      EvaluationPeriods: periods,
      ComparisonOperator: operator,
      Threshold: threshold,
      ...metric,
    };
    monitoring.operations['PutMetricAlarm']!(input, context);
    return AlarmName;
  });
  dropAlarms(context.cell, policy.alarms.filter((name) => !names.includes(name))); // prettier-ignore
  policy.alarms = names;
}

function dropAlarms(cell: Cell, names: readonly string[]): void {
  const held = monitoringSlice(cell);
  for (const name of names) delete held.alarms[name];
  schedule(held);
}

/** With its alarms. */
export function removePolicy(cell: Cell, policy: Policy): void {
  dropAlarms(cell, policy.alarms);
  const held = slice(cell);
  held.policies = held.policies.filter((p) => p !== policy);
}

const alarmsOf = (cell: Cell, { alarms }: Policy): object[] =>
  alarms.flatMap((name) => {
    const alarm = findAlarm(cell, name);
    return alarm ? [{ AlarmName: name, AlarmARN: alarm.arn }] : [];
  });

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutScalingPolicy: put,
  DescribeScalingPolicies(input: Scalable & { PolicyNames?: string[]; MaxResults?: number; NextToken?: string }, { cell }) {
    const named = slice(cell).policies.filter(({ name }) => !input.PolicyNames?.length || input.PolicyNames.includes(name));
    const { items, token } = selected(named, input);
    return {
      ScalingPolicies: items.map((policy) => ({
        ...scalableOf(policy),
        PolicyARN: policy.arn,
        PolicyName: policy.name,
        PolicyType: policy.type,
        [`${policy.type}PolicyConfiguration`]: policy.configuration,
        Alarms: alarmsOf(cell, policy),
        CreationTime: new Date(policy.createdAt),
      })),
      NextToken: token,
    };
  },
  DeleteScalingPolicy(input: Scalable & { PolicyName: string }, { cell }) {
    const found = slice(cell).policies.find((policy) => isSame(policy, input) && policy.name === input.PolicyName);
    if (!found) throw missing('scaling policy', input, `, policy name: ${input.PolicyName}`);
    removePolicy(cell, found);
    return {};
  },
};
