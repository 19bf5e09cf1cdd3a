/** What runs where: one DescribeServices for ten services, one DescribeTaskDefinition for each version seen. */
import { ExitCode, UserError } from '../errors/user-error.js';
import {
  deploymentOf,
  revisionOf,
  stagedDeploymentOf,
  tagOfImage,
  type ServiceState,
  type StageState,
} from '../model/observed.js';
import type { ServiceSpec } from '../model/service.js';
import type { StatusRow } from '../model/status-row.js';
import type { Target } from '../model/target.js';
import { stageTold } from '../rollout/strategies/stage-told.js';
import type { TemplateFiles } from '../templates/render.js';
import type { EcsGateway, Effects } from './effects.js';
import { environmentServiceName } from './names.js';

export interface StatusRequest {
  readonly project: string;
  readonly environment: string;
  readonly services: readonly ServiceSpec[];
  readonly targets: readonly Target[];
  readonly templates: Readonly<Record<string, TemplateFiles>>;
}

export async function observeStatus(request: StatusRequest, effects: Effects): Promise<{ rows: StatusRow[]; denied: string[] }> {
  const targets = await Promise.all(
    request.targets.map(async (target) => {
      try {
        return { rows: await statusOfTarget(request, target, effects), denied: [] };
      } catch (error) {
        if (!(error instanceof UserError) || error.exitCode !== ExitCode.denied) throw error;
        const rows = request.services.map((service) => row(service.name, request.environment, target.name, 'denied'));
        return { rows, denied: [target.name] };
      }
    }),
  );
  const order = request.services.map((s) => s.name);
  const rows = targets.flatMap((t) => t.rows).sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
  return { rows, denied: targets.flatMap((t) => t.denied) };
}

async function statusOfTarget(request: StatusRequest, target: Target, effects: Effects): Promise<StatusRow[]> {
  const { ecs, offer } = effects.at(target);
  const { cluster } = await offer(request.environment);
  const names = request.services.map((s) => environmentServiceName(request, s));
  const live = await ecs.describeServices(cluster, names);
  const moving = live.flatMap((s) => stagedDeploymentOf(s) ?? []);
  // Where a rollout is, is worth to be known, and no reason to say nothing of the rest.
  const stages = moving.length > 0 ? await ecs.serviceDeployments(moving).catch((): StageState[] => []) : [];
  const tags = await runningTags(ecs, live);
  return request.services.map((service, index): StatusRow => {
    const state = live.find((s) => s.name === names[index]);
    if (!state) return row(service.name, request.environment, target.name, 'missing');
    const primary = deploymentOf(state);
    return {
      ...row(service.name, request.environment, target.name, stateOf(state)),
      tag: tags.get(state.taskDefinitionArn) ?? null,
      revision: revisionOf(state.taskDefinitionArn),
      running: state.running,
      desired: state.desired,
      pending: state.pending,
      updatedAt: primary ? new Date(primary.createdAt).toISOString() : null,
      lastEvent: state.events[0]?.message ?? null,
      paused: pausedAt(stages.find((s) => s.arn === stagedDeploymentOf(state)) ?? null, service.name, request.environment),
    };
  });
}

function stateOf(service: ServiceState): StatusRow['state'] {
  const rollout = deploymentOf(service)?.rolloutState;
  if (rollout === 'FAILED') return 'failed';
  if (rollout === 'IN_PROGRESS') return 'rolling';
  return service.running < service.desired ? 'short' : 'steady';
}

function pausedAt(state: StageState | null, service: string, environment: string): StatusRow['paused'] {
  const told = stageTold(state, service, environment);
  if (!told?.waiting) return null;
  return { stage: told.stage, until: new Date(told.waiting.until).toISOString(), command: told.waiting.command };
}

const row = (service: string, environment: string, target: string, state: StatusRow['state']): StatusRow => ({
  service,
  environment,
  target,
  tag: null,
  revision: null,
  running: 0,
  desired: 0,
  pending: 0,
  state,
  updatedAt: null,
  lastEvent: null,
  paused: null,
});

export interface RunningImage {
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Tag by task definition ARN, of the first container, the application's own. */
export async function runningTags(
  ecs: Pick<EcsGateway, 'serviceRevisions' | 'describeTaskDefinition'>,
  live: readonly ServiceState[],
): Promise<Map<string, string>> {
  const images = await runningImages(ecs, live);
  return new Map([...images].flatMap(([arn, { tag }]) => (tag === null ? [] : [[arn, tag] as const])));
}

/**
 * Image by task definition ARN, of the first container, the application's own. Service revisions tell it twenty a call;
 * a task definition is asked for by itself only where no revision is known (deployments from before 2024-10-25).
 */
export async function runningImages(
  ecs: Pick<EcsGateway, 'serviceRevisions' | 'describeTaskDefinition'>,
  live: readonly ServiceState[],
): Promise<Map<string, RunningImage>> {
  const revisions = live.flatMap((s) => (s.raw['currentServiceRevisions'] as { arn?: string }[] | undefined) ?? []);
  const images = new Map<string, RunningImage>();
  for (const r of await ecs.serviceRevisions(revisions.flatMap((r) => (r.arn ? [r.arn] : []))))
    if (r.images[0]) images.set(r.taskDefinitionArn, { tag: tagOfImage(r.images[0]), digest: r.digests?.[0] ?? null });
  const wanted = live.flatMap((s) => [
    s.taskDefinitionArn,
    s.deployments.find((d) => d.rolloutState === 'COMPLETED')?.taskDefinitionArn ?? s.taskDefinitionArn,
  ]);
  await Promise.all(
    [...new Set(wanted)]
      .filter((arn) => arn && !images.has(arn))
      .map(async (arn) => {
        const containers = (await ecs.describeTaskDefinition(arn))?.raw['containerDefinitions'] as
          { image?: string }[] | undefined;
        if (containers?.[0]?.image) images.set(arn, { tag: tagOfImage(containers[0].image), digest: null });
      }),
  );
  return images;
}
