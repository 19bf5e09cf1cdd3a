/**
 * When a rollout has certainly failed, before ECS says so. Its circuit breaker does not count tasks that ran for a moment
 * and then ended (containers-roadmap#1206), and takes ten failures and more for a large service.
 *
 * The rule: the same family of causes three times (or as often as a lower threshold of the circuit breaker says), and at
 * least as often as tasks of the new version run now. Three, because ECS itself takes no less for a sign; as many as
 * run, because in a large service a few tasks fail at their first start and their replacements do not. Missing capacity,
 * and places that were taken away, are never counted: time mends them, and another version would not.
 */
import type { DeploymentState, ServiceState } from '../model/observed.js';
import { findingOfEvent, findingOfTask, mostTelling, type Finding } from './causes/find.js';
import type { Memory } from './observe.js';

export const EARLY_FAILURES = 3;

export const findingsOf = ({ events, stopped }: Pick<Memory, 'events' | 'stopped'>): Finding[] => [
  ...stopped.flatMap((t) => findingOfTask(t) ?? []),
  ...events.flatMap((e) => findingOfEvent(e) ?? []),
];

/** The cause by which a rollout has certainly failed, or null. A deadlock is certain at once. */
export function certainFailure(findings: readonly Finding[], service: ServiceState, own: DeploymentState): Finding | null {
  const stuck = findings.find((f) => f.meaning === 'deadlock');
  if (stuck) return stuck;
  const counted = findings.filter((f) => f.meaning === 'failure' && (f.from === 'task' || LAUNCH.test(f.message)));
  const families = new Set(counted.map((f) => f.family));
  const count = (family: string): number => {
    const of = counted.filter((f) => f.family === family);
    const tasks = of.filter((f) => f.from === 'task').length;
    return Math.max(tasks, of.length - tasks);
  };
  const enough = Math.max(thresholdOf(service), own.running);
  const certain = [...families].filter((family) => count(family) >= enough);
  return mostTelling(counted.filter((f) => certain.includes(f.family)));
}

/** Events that tell of tasks that never came to be: no stopped task tells it too. */
const LAUNCH = /unable to place a task|failed to launch a task|failed to register targets/;

function thresholdOf({ raw }: ServiceState): number {
  const configuration = raw['deploymentConfiguration'] as
    { deploymentCircuitBreaker?: { thresholdConfiguration?: { type?: string; value?: number } } } | undefined;
  const { type, value } = configuration?.deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  return type === 'COUNT' && value !== undefined ? Math.max(1, Math.min(EARLY_FAILURES, value)) : EARLY_FAILURES;
}
