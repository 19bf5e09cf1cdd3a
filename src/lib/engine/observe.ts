/** Looks at what is there and makes the plan: reads only, batched for each target. */
import { UserError, ExitCode } from '../errors/user-error.js';
import { imageTagOf, revisionOf } from '../model/observed.js';
import type { ServiceSpec } from '../model/service.js';
import type { Target, Wave } from '../model/target.js';
import { diffTaskDefinitions } from '../rollout/diff/definition.js';
import { diffServices } from '../rollout/diff/service.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { strategies } from '../rollout/strategies/index.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import { familyAhead, renderTemplate, serviceNameOf, type TemplateFiles, type TemplateValues } from '../templates/render.js';
import { readAlarms } from './alarms.js';
import type { Effects } from './effects.js';
import { Lacking } from './lacking.js';
import { planStack, stackOf } from './plan-stack.js';

export interface PlanRequest {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  /** Name of the staging whose services these are, or null in an environment. */
  readonly staging: string | null;
  readonly services: readonly ServiceSpec[];
  readonly waves: readonly Wave[];
  /** Tag by service; a service left out keeps its deploy tag, or takes its default tag. */
  readonly tags: Readonly<Record<string, string>>;
  /** Tag by `service target`, where targets differ: before `tags`. */
  readonly tagsAt?: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, TemplateFiles>>;
  /** The staging's one stack is applied by the caller, who then gives its outputs by service. */
  readonly stackOutputs?: Readonly<Record<string, Record<string, string>>>;
  /** Which of the services are meant in which of the targets; all of them where left out. */
  readonly isMeant?: (service: string, target: string) => boolean;
}

/**
 * @param read called for each rollout that is planned
 * @throws UserError `TagMissing`, `InfrastructureRoleMissing` (exit 2) with all services and targets that lack it
 */
export async function makePlan(request: PlanRequest, effects: Effects, read: () => void = () => undefined): Promise<DeployPlan> {
  const lacking = new Lacking();
  const waves = await Promise.all(
    meantWaves(request).map(async ({ bakeMs, meant }, index) => ({
      bakeMs,
      rollouts: (
        await Promise.all(meant.map((one) => planTarget(one.request, one.target, index, effects, lacking, read)))
      ).flat(),
    })),
  );
  lacking.refuse(request.environment);
  return { id: request.id, environment: request.environment, waves, ...(await readAlarms(waves, effects)) };
}

/** The waves in which something is meant, with the services that are, target by target. */
function meantWaves(request: PlanRequest): { bakeMs: number; meant: { request: PlanRequest; target: Target }[] }[] {
  const { isMeant = () => true } = request;
  return request.waves
    .map(({ bakeMs, targets }) => ({
      bakeMs,
      meant: targets
        .map((target) => ({
          request: { ...request, services: request.services.filter((s) => isMeant(s.name, target.name)) },
          target,
        }))
        .filter((one) => one.request.services.length > 0),
    }))
    .filter(({ meant }) => meant.length > 0);
}

async function planTarget(
  request: PlanRequest,
  target: Target,
  wave: number,
  effects: Effects,
  lacking: Lacking,
  read: () => void,
): Promise<PlannedRollout[]> {
  const gateways = effects.at(target);
  // The newest of the family is most often the one that runs: one call for both. It is asked for first of all, because it may
  // have to wait for its turn; where the template names another family after all, that one is asked for besides.
  const ahead = new Map(
    request.services.map((service) => {
      const family = familyAhead(templateOf(request, service), { ...request, service });
      const newest = family === null ? null : gateways.ecs.describeTaskDefinition(family);
      newest?.catch(() => undefined);
      return [service.name, { family, newest }];
    }),
  );
  const names =
    request.staging === null
      ? request.services.flatMap((s) => [
          tagParameter(request.environment, s.name),
          `${tagParameter(request.environment, s.name)}:live`,
        ])
      : [];
  const moving = request.services.filter((service) => strategies[service.deploy.strategy].shiftsTraffic);
  const [offer, tags, role] = await Promise.all([
    gateways.offer(request.environment),
    gateways.ssm.get(names),
    moving.length > 0 ? gateways.infrastructureRole() : null,
  ]);
  if (role === null) for (const service of moving) lacking.note('InfrastructureRoleMissing', service, target);
  const tagged = request.services.flatMap((service) => {
    const ofService = tags.filter((p) => p.name === tagParameter(request.environment, service.name));
    const stored = ofService.find((p) => p.selector === null) ?? null;
    const live = ofService.find((p) => p.selector === ':live') ?? null;
    const tag =
      request.tagsAt?.[`${service.name} ${target.name}`] ??
      request.tags[service.name] ??
      (stored ? parseTagValue(stored.value).tag : service.tag);
    if (tag) return [{ service, stored, live, tag }];
    lacking.note('TagMissing', service, target);
    return [];
  });
  if (lacking.any) return [];
  const drafts = await Promise.all(
    tagged.map(async ({ service, stored, live, tag }) => {
      const repository = service.image.includes('/') && service.image.split('/')[0]!.includes('.') ? null : service.image;
      const digest = repository ? await gateways.imageDigest(repository, tag) : null;
      const values: TemplateValues = {
        service,
        project: request.project,
        environment: request.environment,
        staging: request.staging,
        target,
        offer,
        tag,
        digest,
        imageUri: repository
          ? `${target.accountId}.dkr.ecr.${target.region}.amazonaws.com/${repository}:${tag}`
          : `${service.image}:${tag}`,
        host: hostOf(request, service, offer.domain),
        stackOutputs: request.stackOutputs?.[service.name] ?? {},
      };
      const serviceName = serviceNameOf(templateOf(request, service), values);
      return { service, stored, live, digest, values, tag, serviceName };
    }),
  );
  const [live] = await Promise.all([
    gateways.ecs.describeServices(
      offer.cluster,
      drafts.map((d) => d.serviceName),
    ),
    request.staging === null ? gateways.stacks.lookAhead(request.services.map((s) => stackOf(request, s))) : null,
  ]);
  return Promise.all(
    drafts.map(async (draft): Promise<PlannedRollout> => {
      const { service, stored, tag } = draft;
      const files = templateOf(request, service);
      const current = live.find((s) => s.name === draft.serviceName) ?? null;
      const { family, newest } = ahead.get(service.name)!;
      const planned = await planStack(request, files, draft.values, current, gateways);
      const { stack, plan: stackPlan } = planned;
      const values = planned.values;
      const outputs =
        stack && stackPlan!.action !== 'create' ? ((await gateways.stacks.outputs(stack.name)) ?? {}) : values.stackOutputs;
      const rendered = renderTemplate(files, { ...values, stackOutputs: outputs });
      const wanted = String(rendered.taskDefinition['family']);
      const latest = await (wanted === family ? newest! : gateways.ecs.describeTaskDefinition(wanted));
      const liveDefinition =
        current && latest?.arn !== current.taskDefinitionArn
          ? await gateways.ecs.describeTaskDefinition(current.taskDefinitionArn)
          : current && latest;
      const primary = current?.deployments.find((d) => d.status === 'PRIMARY') ?? null;
      const ofDefinition = liveDefinition ? diffTaskDefinitions(liveDefinition.raw, rendered.taskDefinition) : [];
      const ofService = current ? diffServices(current.raw, rendered.service) : [];
      const sameDefinition = liveDefinition !== null && ofDefinition.length === 0;
      const sameService = current !== null && ofService.length === 0;
      const sameTag = request.staging !== null || (stored !== null && parseTagValue(stored.value).tag === tag);
      const settled = primary?.rolloutState === 'COMPLETED' || primary?.rolloutState === null;
      const changes = [
        ...(sameTag ? [] : ['tag']),
        ...(stackPlan && stackPlan.action !== 'none' ? ['stack'] : []),
        ...(sameDefinition ? [] : ['task definition']),
        ...(sameService ? [] : ['service']),
        ...(sameDefinition && primary && !settled
          ? [primary.rolloutState === 'FAILED' ? 'another try: it failed' : 'rollout under way']
          : []),
        // A deploy that was cut off between the rollout's end and its label: what runs is not marked as live yet.
        ...(sameTag && sameDefinition && settled && stored && draft.live?.version !== stored.version ? ['live label'] : []),
      ];
      read();
      const steady = current?.deployments.find((d) => d.rolloutState === 'COMPLETED') ?? null;
      const fromTag = liveDefinition ? imageTagOf(liveDefinition.raw) : null;
      return {
        service,
        target,
        wave,
        action: current === null ? 'create' : changes.length === 0 ? 'unchanged' : 'update',
        from: current ? { tag: fromTag ?? '?', revision: revisionOf(current.taskDefinitionArn) } : null,
        to: { tag, ...(sameDefinition ? { revision: revisionOf(liveDefinition.arn) } : {}) },
        digest: draft.digest,
        changes,
        differences: liveDefinition ? { taskDefinition: ofDefinition, service: ofService } : null,
        stackChange: stackPlan,
        found: {
          deploymentId: current ? (primary?.id ?? '') : null,
          taskDefinitionArn: current?.taskDefinitionArn ?? null,
          tagVersion: request.staging === null ? (stored?.version ?? 0) : null,
        },
        stackOutputs: outputs,
        rendered: { taskDefinition: rendered.taskDefinition, service: rendered.service },
        tasks: current ? { desired: current.desired, running: current.running } : null,
        tagVersion: stored?.version ?? 0,
        previousTagValue: stored?.value ?? null,
        values,
        files,
        cluster: offer.cluster,
        serviceName: draft.serviceName,
        stack,
        latestDefinition: latest,
        previousArn: steady?.taskDefinitionArn ?? null,
        underWay: sameDefinition && sameService && primary?.rolloutState === 'IN_PROGRESS' ? primary.id : null,
      };
    }),
  );
}

function templateOf(request: PlanRequest, service: ServiceSpec): TemplateFiles {
  const files = request.templates[service.template];
  if (!files)
    throw new UserError('TemplateUnknown', {
      message: `Service ${service.name} names the template ${service.template}, which was not loaded.`,
      nextSteps: ['baf template ls'],
      exitCode: ExitCode.usage,
    });
  return files;
}

/** Host name: `<service>.<domain>`, or `<service>--<staging>.<domain>` (a wildcard certificate covers one label only). */
export const hostOf = (request: { staging: string | null }, service: ServiceSpec, domain: string): string | null =>
  service.port === null
    ? null
    : request.staging === null
      ? `${service.name}.${domain}`
      : `${service.name}--${request.staging}.${domain}`;
