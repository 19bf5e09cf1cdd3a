/** Waits after a wave; an alarm that goes off meanwhile makes the rollouts fail whose service names it. */
import type { BafEvent } from '../model/event.js';
import type { DeployPlan } from '../rollout/plan.js';
import { alarmCause, bake } from './alarms.js';
import type { Effects } from './effects.js';
import type { Ledger } from './ledger.js';

interface Surroundings {
  readonly effects: Effects;
  readonly emit: (event: BafEvent) => void;
  readonly signal: AbortSignal;
}

export async function bakeWave(
  plan: DeployPlan,
  wave: number,
  ledger: Ledger,
  { effects, emit, signal }: Surroundings,
): Promise<void> {
  const { now } = effects.clock;
  const { bakeMs, rollouts } = plan.waves[wave]!;
  const changed = rollouts.filter((r) => ledger.outcome(r)?.status === 'succeeded');
  const last = wave === plan.waves.length - 1;
  if (bakeMs <= 0 || changed.length === 0 || (last && changed.every((r) => r.service.deploy.alarms.length === 0))) return;
  const untilAt = now() + bakeMs;
  emit({ type: 'wave.baking', at: now(), wave, untilAt });
  const raised = await bake(changed, untilAt, plan.alarming ?? {}, effects, signal);
  for (const one of raised) {
    emit({ type: 'wave.alarm', at: now(), wave, ...one });
    for (const r of changed.filter((c) => c.target.name === one.target && c.service.deploy.alarms.includes(one.alarm)))
      ledger.revise(r, alarmCause(one, `while wave ${wave + 1} was baking`));
  }
}
