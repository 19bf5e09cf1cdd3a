/** The events with which a deploy begins: what it is, every rollout of it, and what is known before. */
import type { BafEvent } from '../model/event.js';
import type { DeployPlan } from '../rollout/plan.js';

export function openingOf(plan: DeployPlan, kind: 'deploy' | 'staging-up', name: string, at: number): BafEvent[] {
  const { id, environment, waves } = plan;
  const shown = waves.map(({ rollouts }) => ({
    targets: [...new Set(rollouts.map((r) => r.target.name))],
    services: [...new Set(rollouts.map((r) => r.service.name))],
  }));
  return [
    { type: 'deploy.started', at, id, kind, name, environment, waves: shown },
    ...waves.flatMap(({ rollouts }) =>
      rollouts.map(({ service, target, wave, from, to }): BafEvent => {
        return { type: 'rollout.queued', at, service: service.name, target: target.name, wave, from, to };
      }),
    ),
    ...Object.entries(plan.alarming ?? {}).map(([target, names]): BafEvent => ({
      type: 'warning',
      at,
      text: `${names.join(', ')} in ${target} had gone off before this deploy, and says nothing about it until it is calm again.`,
    })),
  ];
}
