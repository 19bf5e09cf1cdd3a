/** All network interfaces: those kept here, and those that tasks of ECS have as long as they are there. */
import type { Cell } from '../../service.js';
import { taskInterfaces } from '../ecs/task-interfaces.js';
import { network, type NetworkInterface } from './state.js';

export const attachedInterfaces = (cell: Cell): NetworkInterface[] => [
  ...Object.values(network(cell).interfaces),
  ...taskInterfaces(cell),
];
