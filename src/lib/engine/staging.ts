/** A staging's life: claim the name, one stack, its services, the record; and down again. Each step can be run again. */
import type { BafEvent } from '../model/event.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { StagingRules } from '../model/platform.js';
import type { ServiceSpec } from '../model/service.js';
import type { StagingView } from '../model/staging.js';
import type { Target } from '../model/target.js';
import type { StagingRecord } from '../stagings/record.js';
import { stagingParameter } from '../tags/names.js';
import { renderStagingStack } from '../templates/staging-stack.js';
import type { TemplateFiles, TemplateValues } from '../templates/render.js';
import { deploy } from './deploy.js';
import type { Effects } from './effects.js';
import { refuseMissingAlarms } from './alarms.js';
import { hostOf, makePlan } from './observe.js';
import { showStaging, ecsName } from './staging-view.js';
import { claim } from './staging-claim.js';

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
  refuseMissingAlarms(plan);
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
