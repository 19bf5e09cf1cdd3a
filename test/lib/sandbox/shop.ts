/** A service to try things on: one container, with or without a load balancer. */
import type { Deployment, Service, Task } from '@aws-sdk/client-ecs';
import { account, embedded, region, type Embedded } from './embedded.js';

export type Answer = Required<
  Pick<Service, 'deployments' | 'events' | 'runningCount' | 'pendingCount' | 'desiredCount' | 'status'>
> &
  Service;

export interface Shop extends Embedded {
  register(tag: string, extra?: object): string;
  create(input?: object): void;
  update(input: object): void;
  service(): Answer;
  primary(): Deployment;
  deployment(id: string): Deployment | undefined;
  tasks(desiredStatus?: 'RUNNING' | 'STOPPED'): Task[];
  /** Texts of the events, oldest first, ids replaced. */
  texts(): string[];
  targetGroup(settings?: object): string;
  steady(within?: number): number;
}

export const imageOf = (tag: string): string => `${account}.dkr.ecr.${region}.amazonaws.com/shop:${tag}`;

export function shop(aws: Embedded = embedded()): Shop {
  const service = () =>
    aws.call<{ services: Answer[] }>('ecs', 'DescribeServices', { cluster: 'baf', services: ['shop'] }).services[0]!;
  const primary = () => service().deployments.find((d) => d.status === 'PRIMARY')!;
  const made: Shop = {
    ...aws,
    register(tag, extra = {}) {
      const container = {
        name: 'app',
        image: imageOf(tag),
        portMappings: [{ containerPort: 8080 }],
        logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/shop', 'awslogs-stream-prefix': 'shop' } },
        ...extra,
      };
      const input = { family: 'shop', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' };
      const answer = aws.call<{ taskDefinition: { taskDefinitionArn: string } }>('ecs', 'RegisterTaskDefinition', {
        ...input,
        containerDefinitions: [container],
      });
      return answer.taskDefinition.taskDefinitionArn;
    },
    create: (input = {}) =>
      void aws.call('ecs', 'CreateService', {
        cluster: 'baf',
        serviceName: 'shop',
        taskDefinition: 'shop',
        desiredCount: 2,
        ...input,
      }),
    update: (input) => void aws.call('ecs', 'UpdateService', { cluster: 'baf', service: 'shop', ...input }),
    service,
    primary,
    deployment: (id) => service().deployments.find((d) => d.id === id),
    tasks(desiredStatus = 'RUNNING') {
      const { taskArns } = aws.call<{ taskArns: string[] }>('ecs', 'ListTasks', {
        cluster: 'baf',
        serviceName: 'shop',
        desiredStatus,
      });
      return aws.call<{ tasks: Task[] }>('ecs', 'DescribeTasks', { cluster: 'baf', tasks: taskArns.slice(0, 100) }).tasks;
    },
    texts: () =>
      service()
        .events.map((e) => e.message!.replace(/task [0-9a-f]{32}/g, 'task T').replace(/ecs-svc\/\d{19}/g, 'ecs-svc/N'))
        .reverse(),
    targetGroup(settings = {}) {
      const answer = aws.call<{ TargetGroups: { TargetGroupArn: string }[] }>('elbv2', 'CreateTargetGroup', {
        Name: 'shop',
        Port: 8080,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        ...settings,
      });
      return answer.TargetGroups[0]!.TargetGroupArn;
    },
    steady: (within) =>
      aws.until(() => primary()?.rolloutState === 'COMPLETED' && aws.next() === null, { within: within ?? 1800 }),
  };
  if (!aws.state.cells[`${account}/${region}`]?.['ecs']) {
    aws.call('ecs', 'CreateCluster', { clusterName: 'baf' });
    aws.call('logs', 'CreateLogGroup', { logGroupName: '/shop' });
    aws.call('ecr', 'CreateRepository', { repositoryName: 'shop' });
    made.register('1');
  }
  return made;
}
