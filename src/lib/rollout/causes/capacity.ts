/** No place for a task: on Fargate, on the instances of a cluster, within the quotas of the account. */
import { pattern, type Family } from './pattern.js';

export const capacity: Family = {
  name: 'capacity',
  patterns: [
    pattern(
      'CapacityUnavailable',
      'capacity',
      /Capacity is unavailable at this time|RESOURCE:FARGATE/i,
      'AWS has no room in these zones now. ECS tries on while the rollout lasts: longer with --timeout, or the same command later. Subnets in more zones, or on-demand beside Spot, make it rarer.',
    ),
    pattern(
      'VcpuQuotaReached',
      'capacity',
      /reached the limit on the number of vCPUs/i,
      'The account runs as many vCPUs as it may. Ask the platform team to raise the quota of Fargate; smaller tasks fit sooner.',
    ),
    pattern(
      'TaskQuotaReached',
      'capacity',
      /reached the limit on the number of tasks/i,
      'The account runs as many tasks as it may. Ask the platform team to raise the quota; until then, run fewer.',
    ),
    pattern(
      'TaskSizeQuota',
      'failure',
      /requested (CPU|MEMORY) configuration is above your limit/i,
      'This account may not run tasks of that size. Take less cpu or memory in baf.yaml, or ask the platform team to raise the quota.',
    ),
    pattern(
      'NoInstances',
      'capacity',
      /No Container Instances were found/i,
      'The cluster has no instance. Ask the platform team to start some, or run the service on Fargate.',
    ),
    pattern(
      'CpuShort',
      'capacity',
      /insufficient CPU|RESOURCE:CPU/i,
      'No instance has that much CPU free, and a rollout needs room for old and new together. Lower `cpu`, or ask the platform team for more instances.',
    ),
    pattern(
      'MemoryShort',
      'capacity',
      /insufficient memory|RESOURCE:MEMORY/i,
      'No instance has that much memory free, and a rollout needs room for old and new together. Lower `memory`, or ask the platform team for more instances.',
    ),
    pattern(
      'GpuShort',
      'capacity',
      /RESOURCE:GPU/i,
      'No instance has a GPU free. Ask the platform team for more such instances, or lower how many the service asks for.',
    ),
    pattern(
      'PortTaken',
      'capacity',
      /already using a port required|RESOURCE:PORTS/i,
      'The fixed host port is in use on every instance. Use network mode awsvpc or host port 0, or let the old task go first (minimumHealthyPercent 0).',
    ),
    pattern(
      'AgentDisconnected',
      'capacity',
      /encountered error "?AGENT|^AGENT$/i,
      'The ECS agent of the instance does not answer. Ask the platform team to restart or replace it, and to check its network and role.',
    ),
    pattern(
      'AttributeMissing',
      'failure',
      /missing an attribute required|^ATTRIBUTE$/i,
      'No instance offers what the task definition asks for (log driver, architecture, file system, GPU). Compare its requiresAttributes with the instances, or change the template.',
    ),
    pattern(
      'PlacementConstraint',
      'failure',
      /placement constraint unsatisfied/i,
      'The placement constraint fits no instance: correct the expression in the template.',
    ),
    pattern(
      'ZoneUnsupported',
      'capacity',
      /unable to place a task\. Reason: Internal error|^LOCATION$/i,
      'Tasks cannot run in the zone of one of the subnets. Ask the platform team to take it off the list that the platform offers.',
    ),
    pattern(
      'PlacementFailed',
      'capacity',
      /was unable to place a task|SERVICE_TASK_PLACEMENT_FAILURE/i,
      'ECS finds no place for a task; the end of the message says why. It tries on while baf watches.',
    ),
  ],
};
