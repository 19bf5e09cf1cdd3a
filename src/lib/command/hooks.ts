/** Hooks that do not run: because somebody said so, or because nothing would answer them. */
import type { CheckEffects } from '../engine/effects.js';
import { NO_HOOKS } from '../model/hooks.js';
import type { ServiceSpec } from '../model/service.js';
import { hooksOf } from '../rollout/hooks.js';
import type { DeployPlan } from '../rollout/plan.js';
import { skipsHttp, SMOKE_BASE } from '../system/checks.js';

interface HookFlags {
  readonly 'skip-hooks'?: boolean | undefined;
  readonly notify?: ((text: string) => void) | undefined;
}

export function withHooks(services: readonly ServiceSpec[], flags: HookFlags): ServiceSpec[] {
  if (!flags['skip-hooks']) return [...services];
  const skipped = services.filter(({ hooks }) => hooks.before.length + hooks.after.length > 0).map(({ name }) => name);
  if (skipped.length > 0) flags.notify?.(`--skip-hooks: the hooks of ${skipped.join(', ')} do not run.`);
  return services.map((service) => ({ ...service, hooks: NO_HOOKS }));
}

/** In the sandbox nothing answers HTTP: that checks do not run is said before the deploy, beside each of them. */
export function tellSkipped(plan: DeployPlan, checks: CheckEffects | undefined, flags: HookFlags): void {
  if (!skipsHttp(checks)) return;
  const asked = plan.waves
    .flatMap((wave) => wave.rollouts)
    .filter((rollout) => hooksOf(plan, rollout).after.some(({ kind }) => kind === 'http'));
  const names = [...new Set(asked.map(({ service }) => service.name))];
  if (names.length > 0)
    flags.notify?.(
      `The http checks of ${names.join(', ')} are skipped: nothing answers HTTP in the sandbox. ${SMOKE_BASE}=http://127.0.0.1:PORT asks what you serve there.`,
    );
}
