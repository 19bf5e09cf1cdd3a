/** Where a rollout by stages is, as it is told: by whoever deploys, watches, or asks what runs. */
import type { BafEvent } from '../../model/event.js';
import type { StageState } from '../../model/observed.js';
import { positionOf } from './ecs-stages.js';

export type StageTold = Omit<Extract<BafEvent, { type: 'rollout.stage' }>, 'type' | 'at' | 'service' | 'target'>;

/** Null before the first stage, and on the way back. */
export function stageTold(state: StageState | null, service: string, environment: string): StageTold | null {
  if (!state?.stage || /^(STOP|ROLLBACK)/.test(state.status)) return null;
  const pause = state.waiting[0];
  return {
    stage: state.stage,
    position: positionOf(state.stage),
    production: state.production ?? 0,
    test: state.test ?? 0,
    ...(pause
      ? {
          waiting: {
            until: pause.expiresAt,
            otherwise: pause.otherwise === 'CONTINUE' ? ('continue' as const) : ('rollback' as const),
            command: `baf continue ${service} --env ${environment}`,
          },
        }
      : {}),
  };
}
