/** Lifecycle hooks of a deployment by stages: they are reached, wait, and let it go on or send it back. */
import type { World } from '../../service.js';
import type { Configuration } from './configuration.js';
import type { DeploymentRecord, Hook } from './state.js';

const DAY_MINUTES = 1440;
/** What a function takes to answer. */
const LAMBDA_MS = 5_000;

export type Gate =
  | { readonly open: true }
  /** `until`: when a hook that nobody answers times out. */
  | { readonly open: false; readonly until: number }
  | { readonly open: false; readonly refused: Hook };

/** Hooks of a stage are reached once for each `step` of it; returns whether they let the deployment go on. */
export function passHooks(world: World, record: DeploymentRecord, stage: string, step: number, now: number): Gate {
  const gate = `${stage}#${step}`;
  const configured = ((record.configuration as Configuration).lifecycleHooks ?? []).filter((h) =>
    h.lifecycleStages?.includes(stage),
  );
  if (configured.length === 0) return { open: true };
  let reached = record.hooks.filter((h) => h.gate === gate);
  if (reached.length === 0) {
    reached = configured.map((hook): Hook => {
      const pause = hook.targetType === 'PAUSE';
      return {
        id: world.id(32),
        gate,
        stage,
        targetType: pause ? 'PAUSE' : 'AWS_LAMBDA',
        targetArn: hook.hookTargetArn ?? null,
        status: pause ? 'AWAITING_ACTION' : 'IN_PROGRESS',
        startedAt: now,
        expiresAt: now + (hook.timeoutConfiguration?.timeoutInMinutes ?? DAY_MINUTES) * 60_000,
        timeoutAction: hook.timeoutConfiguration?.action ?? 'ROLLBACK',
      };
    });
    record.hooks.push(...reached);
    record.updatedAt = now;
  }
  for (const hook of reached) {
    if (hook.status === 'IN_PROGRESS' && now >= hook.startedAt + LAMBDA_MS) hook.status = 'SUCCEEDED';
    if (hook.status === 'AWAITING_ACTION' && now >= hook.expiresAt) hook.status = 'TIMED_OUT';
  }
  const refused = reached.find((h) => h.status === 'FAILED' || (h.status === 'TIMED_OUT' && h.timeoutAction === 'ROLLBACK'));
  if (refused) return { open: false, refused };
  const waiting = reached.filter((h) => h.status === 'AWAITING_ACTION' || h.status === 'IN_PROGRESS');
  if (waiting.length === 0) return { open: true };
  return {
    open: false,
    until: Math.min(...waiting.map((h) => (h.status === 'IN_PROGRESS' ? h.startedAt + LAMBDA_MS : h.expiresAt))),
  };
}

/** `statusReason` of a deployment that a hook sent back. */
export const refusedCause = (hook: Hook): string =>
  `Service deployment rolled back because ${hook.stage} lifecycle hook(s) ${hook.status === 'TIMED_OUT' ? 'timed out' : 'failed'}.` +
  (hook.targetArn && hook.status === 'FAILED' ? ` Lifecycle hook target ${hook.targetArn} returned FAILED status.` : '');
