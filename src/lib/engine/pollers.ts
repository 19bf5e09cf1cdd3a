/** The pollers of a deploy: one for each cluster, whatever runs there. */
import type { PlannedRollout } from '../rollout/plan.js';
import type { Contact } from './contact.js';
import type { Effects } from './effects.js';
import { ClusterPoller } from './poller.js';
import { StageReader } from './stages.js';

export interface ClusterEyes {
  readonly poller: ClusterPoller;
  readonly stages: StageReader;
}

export function createPollers(
  effects: Effects,
  contactOf: (target: string) => Contact,
): (rollout: Pick<PlannedRollout, 'target' | 'cluster'>) => ClusterEyes {
  const known = new Map<string, ClusterEyes>();
  return ({ target, cluster }) => {
    const key = `${target.name} ${cluster}`;
    const { ecs } = effects.at(target);
    const poller = () => new ClusterPoller(ecs, cluster, effects.clock, contactOf(target.name));
    const eyes = known.get(key) ?? { poller: poller(), stages: new StageReader(ecs) };
    known.set(key, eyes);
    return eyes;
  };
}
