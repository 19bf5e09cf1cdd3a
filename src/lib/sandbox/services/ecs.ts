/** ECS: clusters, task definitions, services whose deployments go on with time, tasks. Parts in ecs/. */
import type { SandboxService } from '../service.js';
import { definitionOperations } from './ecs/definitions.js';
import { advance, nextEventAt } from './ecs/scheduler.js';
import { serviceOperations } from './ecs/services.js';

export const ecs: SandboxService = {
  name: 'ecs',
  operations: { ...definitionOperations, ...serviceOperations },
  nextEventAt: (cell) => nextEventAt(cell),
  advance,
};
