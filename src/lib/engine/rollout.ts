/** One rollout: from a planned change of one service in one target to its end, by steps that can each be run again. */
import type { Cause } from '../model/cause.js';
import type { BafEvent, RolloutStep } from '../model/event.js';
import { revisionOf, type ServiceState } from '../model/observed.js';
import type { RolloutOutcome } from '../model/outcome.js';
import { recognize } from '../rollout/causes/index.js';
import type { Watched } from '../rollout/observe.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { formatAudit, type AuditNote } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { formatTagValue } from '../tags/value.js';
import { UserError } from '../errors/user-error.js';
import { runAfter } from './after.js';
import type { Effects } from './effects.js';
import { restoreTag, type Serving } from './live-tag.js';
import { refuseMoved } from './moved.js';
import type { ClusterPoller } from './poller.js';
import { applyStack, registerDefinition } from './prepare.js';
import { startService } from './start-service.js';
import { watch } from './watch.js';

export interface RolloutContext {
  readonly deployId: string;
  readonly environment: string;
  readonly effects: Effects;
  readonly poller: ClusterPoller;
  readonly emit: (event: BafEvent) => void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onFailure: 'rollback' | 'stop';
  readonly writesTag: boolean;
  /** Told of what serves, where tags are written: their labels follow. */
  readonly serves: (serving: Serving) => void;
  /** What audit records say besides. */
  readonly note?: AuditNote;
  readonly op: 'deploy' | 'rollback';
  readonly gate: () => Promise<void>;
  /** Whether its end is waited for; otherwise it ends as `started` once ECS is at it. */
  readonly waits: boolean;
}

export async function rollOut(plan: PlannedRollout, context: RolloutContext): Promise<RolloutOutcome> {
  const { effects, emit } = context;
  const at = () => effects.clock.now();
  const id = { service: plan.service.name, target: plan.target.name };
  const step = (name: RolloutStep, detail?: string) =>
    emit({ type: 'rollout.step', at: at(), ...id, step: name, ...(detail ? { detail } : {}) });
  const end = (status: RolloutOutcome['status'], to: RolloutOutcome['to'], cause?: Cause): RolloutOutcome => {
    const outcome = { ...id, status, from: plan.from, to, ...(cause ? { cause } : {}) };
    emit({ type: 'rollout.ended', at: at(), ...outcome });
    return outcome;
  };
  await context.gate();
  if (context.signal.aborted) return end('skipped', plan.to);
  if (plan.action === 'unchanged') return end('unchanged', plan.to);
  emit({ type: 'rollout.started', at: at(), ...id });
  const gateways = effects.at(plan.target);
  let to = plan.to;
  let wroteTag = false;
  let started = false;
  try {
    const seen = { ...(await refuseMoved(plan, context)), at: at() };
    const outputs = await applyStack(plan, context);
    let tagVersion = plan.tagVersion;
    const value = formatTagValue({ tag: plan.to.tag, digest: plan.digest });
    if (context.writesTag && plan.changes.includes('tag')) {
      step('tag', plan.to.tag);
      const record = {
        by: effects.actor,
        op: context.op,
        version: plan.tagVersion + 1,
        deploy: context.deployId,
        ...context.note,
      };
      wroteTag = true;
      tagVersion = await gateways.ssm.put(tagParameter(context.environment, plan.service.name), value, {
        description: formatAudit(record),
      });
    }
    const { definition, service: wanted } = await registerDefinition(plan, context, outputs);
    to = { tag: plan.to.tag, revision: revisionOf(definition.arn) };
    await context.gate();
    context.signal.throwIfAborted();
    step('service', plan.serviceName);
    const startedAt = at();
    const found = at() - seen.at < FRESH_MS ? seen.service : await lookAgain(plan, context);
    const service = await startService(plan, context, wanted, definition.arn, found);
    started = true;
    const deployment = service.deployments.find((d) => d.status === 'PRIMARY');
    if (!deployment)
      throw new UserError('NoDeployment', { message: `ECS started no deployment of ${plan.serviceName}.`, exitCode: 1 });
    step('watching', deployment.id);
    if (!context.waits && deployment.rolloutState !== 'COMPLETED') return end('started', to);
    const watched: Watched = {
      deploymentId: deployment.id,
      taskDefinitionArn: definition.arn,
      createdAt: deployment.createdAt,
      startedAt,
      timeoutMs: context.timeoutMs,
      goesBack: context.onFailure === 'rollback',
      previousArn: plan.previousArn,
    };
    const verdict = await watch(plan, context, { first: service, watched, definition: definition.raw });
    if (verdict.kind === 'cancelled') return end('cancelled', to);
    if (verdict.kind === 'succeeded') {
      const wrong = await runAfter(plan, context);
      if (wrong) return wrong === 'cancelled' ? end('cancelled', to) : end('failed', to, wrong);
      if (context.writesTag) context.serves({ version: tagVersion, before: seen.live });
      return end('succeeded', to);
    }
    if (verdict.rolledBack || verdict.cause.code === 'RollbackFailed') await restoreTag(plan, context);
    return end(verdict.rolledBack ? 'rolled-back' : 'failed', to, verdict.cause);
  } catch (error) {
    if (context.signal.aborted) return end('cancelled', to);
    if (!(error instanceof UserError)) throw error;
    // Nothing was rolled out: the tag goes on saying what runs. What had begun is brought back by the deploy.
    const restores = wroteTag && !started && context.onFailure === 'rollback';
    const kept = restores ? await tryRestoreTag(plan, context) : null;
    return end('failed', to, withNote(causeOfError(error), kept));
  }
}

/** What was seen of the service before the first write counts for so long. */
const FRESH_MS = 20_000;

async function lookAgain(plan: PlannedRollout, { effects }: RolloutContext): Promise<ServiceState | null> {
  const [found] = await effects.at(plan.target).ecs.describeServices(plan.cluster, [plan.serviceName]);
  return found ?? null;
}

/** What is to be said where the tag could not be restored. */
async function tryRestoreTag(plan: PlannedRollout, context: RolloutContext): Promise<string | null> {
  try {
    await restoreTag(plan, context);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `Its deploy tag says ${plan.to.tag} all the same: ${error.message}`;
  }
}

const withNote = (cause: Cause, note: string | null): Cause =>
  note === null ? cause : { ...cause, message: `${cause.message} ${note}` };

/** What AWS refused, with advice where its words are known. */
export function causeOfError({ code, message, nextSteps }: UserError): Cause {
  const known = code.endsWith('Exception') ? recognize(`${code}: ${message}`) : null;
  return known?.advice
    ? { code: known.code, message, advice: known.advice }
    : { code, message, advice: nextSteps[0] ?? 'Run the same command again.' };
}
