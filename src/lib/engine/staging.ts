/** A staging's life: claim the name, one stack, its services, the record; and down again. Each step can be run again. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { StagingRules } from '../model/platform.js';
import type { ServiceSpec } from '../model/service.js';
import type { StagingView } from '../model/staging.js';
import type { Target } from '../model/target.js';
import { parseStagingRecord, type StagingRecord } from '../stagings/record.js';
import { stagingParameter } from '../tags/names.js';
import { renderStagingStack } from '../templates/staging-stack.js';
import type { TemplateFiles, TemplateValues } from '../templates/render.js';
import { deploy } from './deploy.js';
import type { Effects } from './effects.js';
import { hostOf, makePlan } from './observe.js';

export interface StagingRequest {
  readonly name: string;
  readonly owner: string;
  readonly project: string;
  readonly environment: string;
  readonly target: Target;
  readonly rules: StagingRules;
  /** Time to live, milliseconds; null keeps what was asked for before, or takes the default. */
  readonly ttlMs: number | null;
  /** All services of the project. */
  readonly services: readonly ServiceSpec[];
  /** Names that were asked for; null is all. A staging keeps what it has besides. */
  readonly only: readonly string[] | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, TemplateFiles>>;
  readonly timeoutMs: number;
}

const stackName = (name: string): string => `baf-staging-${name}`;

export async function* stagingUp(
  request: StagingRequest,
  effects: Effects,
  signal: AbortSignal,
): AsyncGenerator<BafEvent, StagingView> {
  const { ssm, stacks, offer } = effects.at(request.target);
  const now = () => effects.clock.now();
  const claimed = await claim(request, effects);
  const record = claimed.record;
  const services = request.services.filter(
    (s) => request.only === null || request.only.includes(s.name) || s.name in record.services,
  );
  const tags = Object.fromEntries(
    services.map((s) => [s.name, request.tags[s.name] ?? record.services[s.name] ?? s.tag ?? 'latest']),
  );
  const platformOffer = await offer(request.environment);
  const values = (service: ServiceSpec): TemplateValues => ({
    service,
    project: request.project,
    environment: request.environment,
    staging: request.name,
    target: request.target,
    offer: platformOffer,
    tag: tags[service.name]!,
    digest: null,
    imageUri: '',
    host: hostOf({ staging: request.name }, service, platformOffer.domain),
    stackOutputs: {},
  });
  const stack = renderStagingStack(
    services.map((service) => ({
      service: service.name,
      template: request.templates[service.template]!,
      values: values(service),
    })),
  );
  const spec = {
    name: stackName(request.name),
    template: stack.template as Record<string, unknown>,
    tags: { 'baf:staging': request.name, 'baf:owner': request.owner, 'baf:project': request.project },
  };
  const stackPlan = await stacks.plan(spec);
  if (stackPlan.action !== 'none') yield { type: 'step', at: now(), name: 'stack', state: 'started', detail: spec.name };
  const { outputs } = await stacks.apply(spec, signal);
  if (stackPlan.action !== 'none') yield { type: 'step', at: now(), name: 'stack', state: 'succeeded', detail: spec.name };
  const plan = await makePlan(
    {
      id: `staging-${request.name}`,
      project: request.project,
      environment: request.environment,
      staging: request.name,
      services,
      waves: [{ targets: [request.target], bakeMs: 0 }],
      tags,
      templates: request.templates,
      stackOutputs: stack.outputsFor(outputs),
    },
    effects,
  );
  let outcome: DeployOutcome | null = null;
  const options = {
    kind: 'staging-up',
    name: request.name,
    onFailure: 'stop',
    timeoutMs: request.timeoutMs,
    writesTag: false,
  } as const;
  for await (const event of deploy(plan, options, effects, signal)) {
    if (event.type === 'deploy.ended') outcome = event.outcome;
    yield event;
  }
  const good = outcome!.status === 'succeeded' || outcome!.status === 'unchanged';
  // Services that the project no longer has leave the staging, once the others serve.
  const gone = Object.keys(record.services).filter((name) => !request.services.some((s) => s.name === name));
  if (good && gone.length > 0)
    await Promise.all(
      gone.map((name) => effects.at(request.target).ecs.deleteService(platformOffer.cluster, ecsName(request, name))),
    );
  const ended: StagingRecord = { ...record, status: good ? 'ready' : signal.aborted ? 'creating' : 'failed', services: tags };
  const text = JSON.stringify(ended);
  if (text !== claimed.text) await ssm.put(stagingParameter(request.name), text, { description: `staging of ${request.owner}` });
  return showStaging(ended, request.target, effects, request.services);
}

/** Creates the record, or takes it up again where it is the same owner's; exactly one of two at once wins. */
async function claim(request: StagingRequest, effects: Effects): Promise<{ record: StagingRecord; text: string }> {
  const { ssm } = effects.at(request.target);
  const all = (await ssm.byPath('/baf/stagings')).map((p) => ({ record: parseStagingRecord(p.value), text: p.value }));
  const mine = all.find(({ record }) => record?.name === request.name) ?? null;
  const now = effects.clock.now();
  if (mine?.record) {
    const { record } = mine;
    if (record.owner !== request.owner || record.project !== request.project)
      throw new UserError('StagingTaken', {
        message: `The staging ${request.name} is ${record.owner}'s (project ${record.project}).`,
        nextSteps: [`Choose another name, e.g. ${request.name}-${request.owner.toLowerCase().replace(/[^a-z0-9]/g, '')}`],
        exitCode: ExitCode.refused,
      });
    if (request.ttlMs === null) return { record, text: mine.text };
    return { record: { ...record, expiresAt: new Date(now + request.ttlMs).toISOString() }, text: mine.text };
  }
  const owned = all.filter(({ record }) => record?.owner === request.owner);
  if (owned.length >= request.rules.perOwner)
    throw new UserError('StagingQuota', {
      message: `${request.owner} has ${owned.length} stagings already (${owned.map(({ record }) => record!.name).join(', ')}); the platform allows ${request.rules.perOwner}.`,
      nextSteps: [`baf staging down ${owned[0]!.record!.name}`],
      exitCode: ExitCode.refused,
    });
  const record: StagingRecord = {
    baf: 1,
    name: request.name,
    owner: request.owner,
    project: request.project,
    environment: request.environment,
    status: 'creating',
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + (request.ttlMs ?? request.rules.ttlMs)).toISOString(),
    services: {},
  };
  const text = JSON.stringify(record);
  const create = () =>
    ssm.put(stagingParameter(request.name), text, { create: true, description: `staging of ${request.owner}` });
  await afresh(create, async () => (await findStaging(request.name, request.target, effects)) === null, effects.clock);
  return { record, text };
}

/** For so long SSM holds the name of a parameter that was deleted. */
const NAME_HELD_MS = 30_000;
const LOOK_AGAIN_MS = 5_000;

/** Creates what was deleted a moment ago: SSM refuses the name for half a minute, though nothing is there any more. */
async function afresh(create: () => Promise<unknown>, gone: () => Promise<boolean>, clock: Effects['clock']): Promise<void> {
  const until = clock.now() + NAME_HELD_MS + LOOK_AGAIN_MS;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      const held = error instanceof UserError && error.code === 'ParameterAlreadyExists';
      if (!held || clock.now() > until || !(await gone())) throw error;
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
}

export async function findStaging(name: string, target: Target, effects: Effects): Promise<StagingRecord | null> {
  const [found] = await effects.at(target).ssm.get([stagingParameter(name)]);
  return found ? parseStagingRecord(found.value) : null;
}

export async function listStagings(target: Target, effects: Effects): Promise<StagingRecord[]> {
  return (await effects.at(target).ssm.byPath('/baf/stagings')).map((p) => parseStagingRecord(p.value)).filter((r) => r !== null);
}

export async function showStaging(
  record: StagingRecord,
  target: Target,
  effects: Effects,
  specs: readonly ServiceSpec[],
): Promise<StagingView> {
  const { ecs, offer } = effects.at(target);
  const { cluster, domain } = await offer(record.environment);
  const names = Object.keys(record.services);
  const live = await ecs.describeServices(
    cluster,
    names.map((service) => ecsName(record, service)),
  );
  const services = names.map((service) => {
    const state = live.find((s) => s.name === ecsName(record, service));
    const spec = specs.find((s) => s.name === service);
    const primary = state?.deployments.find((d) => d.status === 'PRIMARY');
    const status = !state
      ? 'missing'
      : primary?.rolloutState === 'COMPLETED'
        ? 'ready'
        : primary?.rolloutState === 'FAILED'
          ? 'failed'
          : 'starting';
    const web = spec?.template === 'web-service';
    return {
      service,
      tag: record.services[service]!,
      status,
      url: web ? `https://${hostOf({ staging: record.name }, spec, domain)}` : null,
    };
  });
  const incomplete = record.status === 'creating' || services.some((s) => s.status === 'missing');
  const status = record.status === 'deleting' || record.status === 'failed' ? record.status : incomplete ? 'incomplete' : 'ready';
  return {
    name: record.name,
    owner: record.owner,
    environment: record.environment,
    status,
    createdAt: record.createdAt,
    expiresAt: record.expiresAt,
    cost: null,
    services,
  };
}

/** Name that templates give a staging's service in ECS. */
export const ecsName = (record: { project: string; name: string }, service: string): string =>
  `${record.project}-${record.name}-${service}`;

export async function* stagingDown(
  record: StagingRecord,
  target: Target,
  effects: Effects,
  serviceNames: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<BafEvent> {
  const { ssm, ecs, stacks, offer } = effects.at(target);
  const now = () => effects.clock.now();
  const { cluster } = await offer(record.environment);
  if (record.status !== 'deleting')
    await ssm.put(stagingParameter(record.name), JSON.stringify({ ...record, status: 'deleting' }), {});
  const names = [...new Set([...Object.keys(record.services), ...serviceNames])].map((service) => ecsName(record, service));
  yield { type: 'step', at: now(), name: 'services', state: 'started', detail: names.join(', ') };
  const there = await ecs.describeServices(cluster, names);
  await Promise.all(there.filter((s) => s.status === 'ACTIVE').map((s) => ecs.deleteService(cluster, s.name)));
  while ((await ecs.describeServices(cluster, names)).length > 0) await effects.clock.sleep(3000, signal);
  yield { type: 'step', at: now(), name: 'services', state: 'succeeded' };
  yield { type: 'step', at: now(), name: 'stack', state: 'started', detail: stackName(record.name) };
  await stacks.destroy(stackName(record.name), signal);
  yield { type: 'step', at: now(), name: 'stack', state: 'succeeded', detail: stackName(record.name) };
  await ssm.delete(stagingParameter(record.name));
}
