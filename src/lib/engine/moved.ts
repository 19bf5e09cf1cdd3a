/** Looks, just before a rollout's first write, whether somebody else was there since it was planned. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { ServiceState } from '../model/observed.js';
import type { Parameter } from '../model/parameter.js';
import { movesSince, type FoundAgain, type Move } from '../rollout/moved.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { parseAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import type { EcsGateway, SsmGateway } from './effects.js';
import { Gather } from './gather.js';
import type { RolloutContext } from './rollout.js';

/** An answer may be older than the one that the plan was made from: what looks moved is looked at once more. */
const LOOK_AGAIN_MS = 2_000;

export interface FoundNow {
  /** The service as it is now. */
  readonly service: ServiceState | null;
  /** Version that the label `live` of its deploy tag is on; null where it is on none. */
  readonly live: number | null;
}

/**
 * @throws UserError `Moved`: what moved, and by whom where it is known; nothing was touched
 */
export async function refuseMoved(plan: PlannedRollout, context: RolloutContext): Promise<FoundNow> {
  const first = await look(plan, context);
  if (movesSince(plan.found, first).length === 0) return first.now;
  await context.effects.clock.sleep(LOOK_AGAIN_MS, context.signal);
  const now = await look(plan, context);
  const moves = movesSince(plan.found, now);
  if (moves.length === 0) return now.now;
  const told = await Promise.all(
    moves.map(async (move) => `${move.what} ${move.from} -> ${move.to}${await byWhom(move, now, plan, context)}`),
  );
  throw new UserError('Moved', {
    message: `${plan.service.name} in ${plan.target.name} is not as it was planned: ${told.join('; ')}. It was not touched.`,
    nextSteps: ['Look at what was changed (baf deploy ... --plan), then run the same command again.'],
    exitCode: ExitCode.failed,
  });
}

async function look(plan: PlannedRollout, context: RolloutContext): Promise<FoundAgain & { readonly now: FoundNow }> {
  const { ecs, ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const [services, tags] = await Promise.all([
    servicesOf(ecs, plan.cluster).get([plan.serviceName]),
    plan.found.tagVersion === null ? [] : tagsOf(ssm).get([name, `${name}:live`]),
  ]);
  const service = services.find((s) => s.name === plan.serviceName) ?? null;
  const versionOf = (selector: string | null): number | null =>
    tags.find((p) => p.name === name && p.selector === selector)?.version ?? null;
  return {
    now: { service, live: versionOf(':live') },
    primary: service
      ? {
          id: service.deployments.find((d) => d.status === 'PRIMARY')?.id ?? '',
          taskDefinitionArn: service.taskDefinitionArn,
        }
      : null,
    tagVersion: plan.found.tagVersion === null ? null : (versionOf(null) ?? 0),
  };
}

/** ` by ana`, from the tag's own record or from AWS; of a task definition, who registered it. Empty where it is not known. */
async function byWhom(move: Move, now: FoundAgain, plan: PlannedRollout, context: RolloutContext): Promise<string> {
  const { ecs, ssm } = context.effects.at(plan.target);
  try {
    if (move.what === 'deploy tag') {
      const [written] = await ssm.describe([tagParameter(context.environment, plan.service.name)]);
      const by = parseAudit(written?.description ?? null)?.by ?? written?.updatedBy;
      return by ? ` by ${by}` : '';
    }
    const arn = now.primary?.taskDefinitionArn;
    const definition = arn && arn !== plan.found.taskDefinitionArn ? await ecs.describeTaskDefinition(arn) : null;
    const by = definition?.raw['registeredBy'];
    return typeof by === 'string' ? ` registered by ${by}` : '';
  } catch {
    return '';
  }
}

const services = new WeakMap<EcsGateway, Map<string, Gather<string, ServiceState>>>();
const tags = new WeakMap<SsmGateway, Gather<string, Parameter>>();

function servicesOf(ecs: EcsGateway, cluster: string): Gather<string, ServiceState> {
  const clusters = services.get(ecs) ?? new Map<string, Gather<string, ServiceState>>();
  services.set(ecs, clusters);
  const there = clusters.get(cluster) ?? new Gather((names: readonly string[]) => ecs.describeServices(cluster, names));
  clusters.set(cluster, there);
  return there;
}

/** Deploy tags that are asked for at the same moment. */
function tagsOf(ssm: SsmGateway): Gather<string, Parameter> {
  const there = tags.get(ssm) ?? new Gather((names: readonly string[]) => ssm.get(names));
  tags.set(ssm, there);
  return there;
}
