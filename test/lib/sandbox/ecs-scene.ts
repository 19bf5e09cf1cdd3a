/** A cluster with one service in it, and its load balancer: what the tests of ECS begin with. */
import { networkIds, seedNetwork } from '../../../src/lib/sandbox/seed-network.js';
import { ACCOUNT, drive, REGION, type Drive } from './drive.js';

export const subnets = ['subnet-1', 'subnet-2', 'subnet-3'];
export const network = { awsvpcConfiguration: { subnets } };

export interface Scene {
  readonly d: Drive;
  /* eslint-disable @typescript-eslint/no-explicit-any -- answers as AWS shapes them */
  ecs(operation: string, input?: object): any;
  elb(operation: string, input: object): any;
  service(): any;
  /* eslint-enable @typescript-eslint/no-explicit-any */
  register(image: string, more?: object): string;
  create(input?: object): void;
  update(image: string | null, input?: object): string;
  /** Messages of the service's events, oldest first. */
  messages(): string[];
  /** Seconds since the start, and message. */
  timeline(): string[];
  outcome(image: string, outcome: string): void;
  record(): ReturnType<Scene['ecs']>;
}

export function scene(d: Drive = drive()): Scene {
  const ecs: Scene['ecs'] = (operation, input = {}) => d.call('ecs', operation, { cluster: 'baf', ...input }) as unknown;
  const elb: Scene['elb'] = (operation, input) => d.call('elasticloadbalancing', operation, input) as unknown;
  ecs('CreateCluster', { clusterName: 'baf' });
  const service = (): ReturnType<Scene['ecs']> => ecs('DescribeServices', { services: ['app'] }).services[0];
  const events = (): { message: string; createdAt: Date }[] => [...service().events].reverse();
  const start = d.clock.now();
  const register = (image: string, more: object = {}): string =>
    ecs('RegisterTaskDefinition', {
      family: 'app',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image, portMappings: [{ containerPort: 8123 }], ...more }],
    }).taskDefinition.taskDefinitionArn as string;
  return {
    d,
    ecs,
    elb,
    service,
    register,
    create: (input = {}) =>
      ecs('CreateService', {
        serviceName: 'app',
        desiredCount: 2,
        launchType: 'FARGATE',
        networkConfiguration: network,
        taskDefinition: register('app:1'),
        ...input,
      }) as void,
    update: (image, input = {}) =>
      ecs('UpdateService', { service: 'app', ...(image ? { taskDefinition: register(image) } : {}), ...input }).service
        .deployments[0].id as string,
    messages: () => events().map((e) => e.message),
    timeline: () => events().map((e) => `${((e.createdAt.getTime() - start) / 1000).toFixed(0)} ${e.message}`),
    outcome: (image, outcome) => (d.sandbox.store.state.images[image] = outcome as 'ok'),
    record: () => {
      const { serviceDeployments } = ecs('ListServiceDeployments', { service: 'app' });
      return ecs('DescribeServiceDeployments', { serviceDeploymentArns: [serviceDeployments[0].serviceDeploymentArn] })
        .serviceDeployments[0];
    },
  };
}

export interface Balancer {
  readonly blue: string;
  readonly green: string;
  readonly production: string;
  readonly test: string;
  /** Target group and weight, of the production rule or another. */
  weights(rule?: string): Record<string, number>;
}

/** Two target groups and two rules, of which the production rule forwards to the first group. */
export function balancer({ d, elb }: Scene, delay = '30'): Balancer {
  const place = { account: ACCOUNT, region: REGION };
  const { vpc, subnets: Subnets } = networkIds(place);
  seedNetwork(d.sandbox, place);
  const group = (Name: string): string => {
    const arn = elb('CreateTargetGroup', {
      Name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
    }).TargetGroups[0].TargetGroupArn as string;
    elb('ModifyTargetGroupAttributes', {
      TargetGroupArn: arn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: delay }],
    });
    return arn;
  };
  const { LoadBalancerArn } = elb('CreateLoadBalancer', { Name: 'lb', Subnets }).LoadBalancers[0];
  const { ListenerArn } = elb('CreateListener', {
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  }).Listeners[0];
  const blue = group('blue');
  const green = group('green');
  const rule = (Priority: number, path: string): string =>
    elb('CreateRule', {
      ListenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', Values: [path] }],
      Actions: [{ Type: 'forward', TargetGroupArn: blue }],
    }).Rules[0].RuleArn as string;
  const production = rule(1, '/*');
  const test = rule(2, '/test/*');
  return {
    blue,
    green,
    production,
    test,
    weights: (arn = production) => {
      const [forward] = elb('DescribeRules', { RuleArns: [arn] }).Rules[0].Actions as {
        TargetGroupArn?: string;
        ForwardConfig?: { TargetGroups: { TargetGroupArn: string; Weight: number }[] };
      }[];
      const groups = forward!.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward!.TargetGroupArn!, Weight: 1 }];
      return Object.fromEntries(groups.map((g) => [g.TargetGroupArn === blue ? 'blue' : 'green', g.Weight]));
    },
  };
}

export const loadBalancers = (b: Balancer): object[] => [{ targetGroupArn: b.blue, containerName: 'app', containerPort: 8123 }];
export const stagedBalancers = (b: Balancer): object[] => [
  {
    targetGroupArn: b.blue,
    containerName: 'app',
    containerPort: 8123,
    advancedConfiguration: {
      alternateTargetGroupArn: b.green,
      productionListenerRule: b.production,
      testListenerRule: b.test,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/ecs`,
    },
  },
];
export const alarm = (s: Scene, name: string, value: 'OK' | 'ALARM'): void => {
  s.d.call('monitoring', 'PutMetricAlarm', {
    AlarmName: name,
    MetricName: 'errors',
    Namespace: 'app',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    ActionsEnabled: false,
  });
  s.d.call('monitoring', 'SetAlarmState', { AlarmName: name, StateValue: value, StateReason: 'test' });
};
export const place = `${ACCOUNT}/${REGION}`;
