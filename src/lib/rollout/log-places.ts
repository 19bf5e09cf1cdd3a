/** Where the containers of a task write their logs: each by its own settings, sidecars too. */
import type { StoppedTask } from '../model/observed.js';

export interface LogPlace {
  readonly container: string;
  readonly group: string;
  readonly stream: string;
}

interface Container {
  readonly name: string;
  readonly logConfiguration?: { logDriver?: string; options?: Record<string, string> };
}

/**
 * `definition`: the task definition as ECS tells it. Containers of other log drivers are left out: baf cannot read there.
 * Without a prefix (on EC2) a stream has the name that the runtime gave to the container.
 */
export function logPlaces(definition: Readonly<Record<string, unknown>>, task: StoppedTask): LogPlace[] {
  const containers = (definition['containerDefinitions'] ?? []) as Container[];
  return containers.flatMap(({ name, logConfiguration: log }) => {
    const group = log?.options?.['awslogs-group'];
    const prefix = log?.options?.['awslogs-stream-prefix'];
    const runtimeId = task.containers.find((c) => c.name === name)?.runtimeId ?? null;
    const stream = prefix ? `${prefix}/${name}/${task.id}` : runtimeId;
    return log?.logDriver === 'awslogs' && group && stream ? [{ container: name, group, stream }] : [];
  });
}
