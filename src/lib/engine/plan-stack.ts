/** The stack of one service: rendered so that it moves no traffic, and compared with what is there. */
import type { ServiceState } from '../model/observed.js';
import type { ServiceSpec } from '../model/service.js';
import { strategies } from '../rollout/strategies/index.js';
import type { StackPlan, StackSpec } from '../stacks/engine.js';
import { renderTemplate, type LiveTraffic, type TemplateFiles, type TemplateValues } from '../templates/render.js';
import type { PlanRequest } from './observe.js';
import type { EcsGateway, TargetGateways } from './effects.js';

interface PlannedStack {
  /** Null in a staging, whose one stack the caller applies. */
  readonly stack: StackSpec | null;
  readonly plan: StackPlan | null;
  /** The values, with the traffic that they were rendered for. */
  readonly values: TemplateValues;
}

/** Name of the stack of one service. */
export const stackOf = (request: Pick<PlanRequest, 'environment' | 'project'>, service: ServiceSpec): string =>
  `baf-${request.environment}-${request.project}-${service.name}`;

export async function planStack(
  request: Pick<PlanRequest, 'staging' | 'environment' | 'project'>,
  files: TemplateFiles,
  given: TemplateValues,
  current: ServiceState | null,
  gateways: Pick<TargetGateways, 'ecs' | 'stacks' | 'infrastructureRole'>,
): Promise<PlannedStack> {
  const { service } = given;
  const paired = alternateOf(current) !== null;
  const moves = strategies[service.deploy.strategy].shiftsTraffic;
  const infrastructureRoleArn = moves || paired ? await gateways.infrastructureRole() : null;
  const values: TemplateValues = { ...given, offer: { ...given.offer, infrastructureRoleArn } };
  const at = (serving: LiveTraffic['serving']): TemplateValues => ({ ...values, traffic: { paired, serving } });
  const specOf = (rendered: TemplateValues): StackSpec => ({
    name: stackOf(request, service),
    template: renderTemplate(files, rendered).stack ?? {},
    tags: { 'baf:project': request.project, 'baf:environment': request.environment, 'baf:service': service.name },
  });
  const first = at('first');
  if (request.staging !== null) return { stack: null, plan: null, values: first };
  const stack = specOf(first);
  const plan = await gateways.stacks.plan(stack);
  if (!paired || plan.action !== 'update') return { stack, plan, values: first };
  // The weights of its rules are those of the day on which the stack was last changed: either pair of them is no change.
  const other = at('alternate');
  const otherStack = specOf(other);
  const otherPlan = await gateways.stacks.plan(otherStack);
  if (otherPlan.action === 'none' || (await servingOf(current!, gateways.ecs)) === 'alternate')
    return { stack: otherStack, plan: otherPlan, values: other };
  return { stack, plan, values: first };
}

interface Balancer {
  readonly targetGroupArn?: string;
  readonly advancedConfiguration?: { readonly alternateTargetGroupArn?: string };
}

/** The second target group of a running service, or null where it has one only. */
export const alternateOf = (current: ServiceState | null): string | null =>
  ((current?.raw['loadBalancers'] ?? []) as Balancer[])[0]?.advancedConfiguration?.alternateTargetGroupArn ?? null;

/** Which of its two target groups a service's traffic goes to: the one that its oldest current revision uses. */
async function servingOf(current: ServiceState, ecs: Pick<EcsGateway, 'serviceRevisions'>): Promise<LiveTraffic['serving']> {
  const revisions = (current.raw['currentServiceRevisions'] as { arn?: string }[] | undefined) ?? [];
  const arn = revisions.at(-1)?.arn;
  const [revision] = arn ? await ecs.serviceRevisions([arn]) : [];
  return revision?.targetGroups[0] === alternateOf(current) ? 'alternate' : 'first';
}
