/** The network interfaces of tasks, as EC2 shows them: they are there from the task's start until it has stopped. */
import type { Cell } from '../../service.js';
import { addressAt, rangeOf, sizeOf } from '../ec2/cidr.js';
import { network, type NetworkInterface } from '../ec2/state.js';
import { arnOf, slice, type Task } from './state.js';

export const interfaceId = ({ id }: Task): string => `eni-0${id.slice(0, 16)}`;

const defaultGroupOf = (cell: Cell, vpc: string): string[] =>
  Object.values(network(cell).groups).flatMap((g) => (g.vpc === vpc && g.name === 'default' ? [g.id] : []));

/** An address in a subnet, picked by a number; null where the subnet does not exist. AWS keeps the first four and the last. */
export function addressIn(cell: Cell, subnet: string | null, pick: number): string | null {
  const found = subnet === null ? undefined : network(cell).subnets[subnet];
  if (!found) return null;
  const range = rangeOf(found.cidr)!;
  return addressAt(range.first + 4 + (pick % (sizeOf(range) - 5)));
}

/** Of tasks with an interface of their own whose subnet exists. */
export function taskInterfaces(cell: Cell): NetworkInterface[] {
  const { subnets } = network(cell);
  return Object.values(slice(cell).tasks).flatMap((task) => {
    const subnet = task.subnet === null ? undefined : subnets[task.subnet];
    if (!subnet || task.status === 'STOPPED') return [];
    const arn = arnOf(cell, `attachment/${interfaceId(task)}`);
    return [
      {
        id: interfaceId(task),
        owner: arn,
        description: arn,
        type: 'interface',
        subnet: subnet.id,
        ip: task.ip,
        groups: task.groups?.length ? task.groups : defaultGroupOf(cell, subnet.vpc),
        requester: cell.account,
        createdAt: task.createdAt,
      },
    ];
  });
}
