/** The only place that calls ECS. */
import type { ECSClient, Service, ServiceDeployment, TaskDefinition } from '@aws-sdk/client-ecs';
import type { EcsGateway } from '../engine/effects.js';
import type { DeploymentState, ServiceState, StageState, TaskDefinitionState } from '../model/observed.js';
import type { Clock } from '../model/clock.js';
import { explainAwsError } from './errors.js';
import { createPacer, type Pacer } from './pacer.js';
import { ECS } from './paces.js';

/** Stopped tasks that are looked at: those of other versions of the last hour are among them. */
const MOST_STOPPED = 500;

/** `writer` must not try again by itself: each RegisterTaskDefinition makes a revision, each forced deployment begins one. */
export function createEcsGateway(
  client: () => Promise<ECSClient>,
  writer: () => Promise<ECSClient>,
  where: string,
  clock: Clock,
): EcsGateway {
  const sdk = () => import('./sdk/ecs.js');
  const pacers = Object.fromEntries(Object.entries(ECS).map(([name, pace]) => [name, createPacer(pace, clock)])) as Record<
    keyof typeof ECS,
    Pacer
  >;
  /** Rollouts that begin, at the same pace as their task definitions. */
  const turns = createPacer(ECS.registerDefinition, clock);
  const call = async <T>(name: string, pacer: Pacer | null, act: () => Promise<T>): Promise<T> => {
    try {
      return await (pacer ? pacer.run(act) : act());
    } catch (error) {
      throw explainAwsError(error, `ecs:${name}`, where);
    }
  };
  return {
    async describeServices(cluster, names, { inactive = false, withinMs } = {}) {
      const pages = chunk(names, 10).map((services) =>
        call('DescribeServices', pacers.services, async () =>
          (await client()).send(
            new (await sdk()).DescribeServicesCommand({ cluster, services }),
            withinMs === undefined ? {} : { abortSignal: AbortSignal.timeout(withinMs) },
          ),
        ),
      );
      return (await Promise.all(pages)).flatMap((page) =>
        (page.services ?? []).filter((s) => inactive || s.status !== 'INACTIVE').map(toServiceState),
      );
    },
    async describeTaskDefinition(taskDefinition) {
      try {
        const answer = await pacers.definition.run(async () =>
          (await client()).send(new (await sdk()).DescribeTaskDefinitionCommand({ taskDefinition })),
        );
        return answer.taskDefinition ? toTaskDefinitionState(answer.taskDefinition) : null;
      } catch (error) {
        if (error instanceof Error && /Unable to describe task definition|does not exist/i.test(error.message)) return null;
        throw explainAwsError(error, 'ecs:DescribeTaskDefinition', where);
      }
    },
    async serviceRevisions(arns) {
      const pages = chunk(arns, 20).map((serviceRevisionArns) =>
        call('DescribeServiceRevisions', pacers.revisions, async () =>
          (await client()).send(new (await sdk()).DescribeServiceRevisionsCommand({ serviceRevisionArns })),
        ),
      );
      return (await Promise.all(pages)).flatMap((page) =>
        (page.serviceRevisions ?? []).map((r) => ({
          taskDefinitionArn: r.taskDefinition ?? '',
          images: (r.containerImages ?? []).map((c) => c.image ?? ''),
          digests: (r.containerImages ?? []).map((c) => c.imageDigest ?? null),
          targetGroups: (r.resolvedConfiguration?.loadBalancers ?? []).map((b) => b.targetGroupArn ?? ''),
        })),
      );
    },
    async serviceDeployments(arns) {
      const pages = chunk(arns, 20).map((serviceDeploymentArns) =>
        call('DescribeServiceDeployments', pacers.deployments, async () =>
          (await client()).send(new (await sdk()).DescribeServiceDeploymentsCommand({ serviceDeploymentArns })),
        ),
      );
      return (await Promise.all(pages)).flatMap((page) => (page.serviceDeployments ?? []).map(toStageState));
    },
    async continueDeployment(serviceDeploymentArn, hookId, action) {
      await call('ContinueServiceDeployment', null, async () =>
        (await client()).send(new (await sdk()).ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action })),
      );
    },
    async registerTaskDefinition(input) {
      const answer = await call('RegisterTaskDefinition', pacers.registerDefinition, async () =>
        (await writer()).send(new (await sdk()).RegisterTaskDefinitionCommand(input as never)),
      );
      return toTaskDefinitionState(answer.taskDefinition!);
    },
    turnToRegister: () => turns.turn(),
    async createService(input) {
      const answer = await call('CreateService', pacers.writeService, async () =>
        (await client()).send(new (await sdk()).CreateServiceCommand(input as never)),
      );
      return toServiceState(answer.service!);
    },
    async updateService(input) {
      const answer = await call('UpdateService', pacers.writeService, async () =>
        (await client()).send(new (await sdk()).UpdateServiceCommand(input as never)),
      );
      return toServiceState(answer.service!);
    },
    async forceDeployment(input) {
      const answer = await call('UpdateService', pacers.writeService, async () =>
        (await writer()).send(new (await sdk()).UpdateServiceCommand({ ...input, forceNewDeployment: true } as never)),
      );
      return toServiceState(answer.service!);
    },
    async stopDeployment(serviceDeploymentArn) {
      await call('StopServiceDeployment', null, async () =>
        (await client()).send(new (await sdk()).StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' })),
      );
    },
    async deleteService(cluster, service) {
      try {
        await pacers.writeService.run(async () =>
          (await client()).send(new (await sdk()).DeleteServiceCommand({ cluster, service, force: true })),
        );
      } catch (error) {
        if (error instanceof Error && /^Service(NotFound|NotActive)Exception$/.test(error.name)) return;
        throw explainAwsError(error, 'ecs:DeleteService', where);
      }
    },
    async stoppedTasks(cluster, serviceName) {
      return call('DescribeTasks', null, async () => {
        const { ListTasksCommand, DescribeTasksCommand } = await sdk();
        const c = await client();
        const arns: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = await c.send(new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED', nextToken }));
          arns.push(...(page.taskArns ?? []));
          nextToken = page.nextToken;
        } while (nextToken && arns.length < MOST_STOPPED);
        const pages = await Promise.all(chunk(arns, 100).map((tasks) => c.send(new DescribeTasksCommand({ cluster, tasks }))));
        const tasks = pages.flatMap((page) => page.tasks ?? []);
        return tasks.map((task) => ({
          id: task.taskArn!.split('/').at(-1)!,
          startedBy: task.startedBy ?? '',
          stopCode: task.stopCode ?? null,
          stoppedReason: task.stoppedReason ?? null,
          containers: (task.containers ?? []).map((c) => ({
            name: c.name ?? '',
            exitCode: c.exitCode ?? null,
            reason: c.reason ?? null,
            runtimeId: c.runtimeId ?? null,
          })),
        }));
      });
    },
  };
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let i = 0; i < items.length; i += size) pages.push(items.slice(i, i + size));
  return pages;
}

/** The events are kept once: a hundred for each service are most of what an answer weighs. */
function toServiceState({ events, ...service }: Service): ServiceState {
  return {
    name: service.serviceName ?? '',
    status: service.status ?? '',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    taskDefinitionArn: service.taskDefinition ?? '',
    deployments: (service.deployments ?? []).map((d): DeploymentState => ({
      id: d.id ?? '',
      status: d.status ?? '',
      taskDefinitionArn: d.taskDefinition ?? '',
      rolloutState: d.rolloutState ?? null,
      rolloutStateReason: d.rolloutStateReason ?? null,
      desired: d.desiredCount ?? 0,
      running: d.runningCount ?? 0,
      pending: d.pendingCount ?? 0,
      failed: d.failedTasks ?? 0,
      createdAt: d.createdAt?.getTime() ?? 0,
    })),
    events: (events ?? []).map((e) => ({ id: e.id ?? '', at: e.createdAt?.getTime() ?? 0, message: e.message ?? '' })),
    raw: service as Record<string, unknown>,
  };
}

const toStageState = (d: ServiceDeployment): StageState => ({
  arn: d.serviceDeploymentArn ?? '',
  status: d.status ?? '',
  // Where there was nothing to go back to, the status says only that.
  reason: d.rollback?.reason ?? d.statusReason ?? null,
  stage: d.lifecycleStage ?? null,
  production: d.targetServiceRevision?.requestedProductionTrafficWeight ?? null,
  test: d.targetServiceRevision?.requestedTestTrafficWeight ?? null,
  startedAt: (d.startedAt ?? d.createdAt)?.getTime() ?? 0,
  waiting: (d.lifecycleHookDetails ?? [])
    .filter((h) => h.status === 'AWAITING_ACTION')
    .map((h) => ({ id: h.hookId ?? '', expiresAt: h.expiresAt?.getTime() ?? 0, otherwise: h.timeoutAction ?? 'ROLLBACK' })),
});

const toTaskDefinitionState = (t: TaskDefinition): TaskDefinitionState => ({
  arn: t.taskDefinitionArn ?? '',
  family: t.family ?? '',
  revision: t.revision ?? 0,
  raw: t as Record<string, unknown>,
});
