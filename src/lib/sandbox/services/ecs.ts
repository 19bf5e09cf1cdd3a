/** ECS: clusters, task definitions, services whose deployments go on with time, tasks, container instances. Parts in ecs/. */
import type { Operation, SandboxService } from '../service.js';
import { settingOperations } from './ecs/account-settings.js';
import { clusterOperations } from './ecs/clusters.js';
import { definitionOperations } from './ecs/definitions.js';
import { deploymentOperations } from './ecs/deployment-operations.js';
import { instanceOperations } from './ecs/instances.js';
import { losePlaces } from './ecs/outages.js';
import { advance, nextEventAt } from './ecs/scheduler.js';
import { serviceOperations } from './ecs/services.js';
import { tagOperations } from './ecs/tags.js';
import { taskOperations } from './ecs/task-operations.js';

/** A zone that was lost is noticed at the next call: nothing has to look out for it while nobody asks. */
const noticing =
  (operation: Operation): Operation =>
  (input, context) => {
    losePlaces(context.cell, context.world, context.now);
    return operation(input, context);
  };

const operations = {
  ...clusterOperations,
  ...definitionOperations,
  ...serviceOperations,
  ...deploymentOperations,
  ...taskOperations,
  ...instanceOperations,
  ...settingOperations,
  ...tagOperations,
};

export const ecs: SandboxService = {
  name: 'ecs',
  operations: Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, noticing(operation)])),
  nextEventAt,
  advance,
};
