/** Availability zones: where the subnets lie, and where capacity is left. */
import type { Cell, World } from '../../service.js';
import { network } from '../ec2/state.js';
import { placedIn } from './agenda.js';

export interface Spot {
  readonly zone: string;
  readonly subnet: string | null;
}

const letters = ['a', 'b', 'c'];

/** The zones that tasks may go to. Subnets that nobody created lie in one zone after the other. */
export function spotsOf(cell: Cell, subnets: readonly string[]): Spot[] {
  if (subnets.length === 0) return letters.map((letter) => ({ zone: `${cell.region}${letter}`, subnet: null }));
  const known = network(cell).subnets;
  return subnets.map((subnet, at) => ({
    subnet,
    zone: (Object.hasOwn(known, subnet) ? known[subnet]?.zone : undefined) ?? `${cell.region}${letters[at % letters.length]!}`,
  }));
}

const whole = ({ account, region }: Cell): string => `${account}/${region}`;

/** Whether one more task finds capacity in a zone. */
export function hasRoom(cell: Cell, world: World, zone: string): boolean {
  const inRegion = world.capacity(whole(cell));
  const inZone = world.capacity(`${whole(cell)}/${zone}`);
  return (inRegion === null || placedIn(cell) < inRegion) && (inZone === null || placedIn(cell, zone) < inZone);
}

/** Whether a zone is gone altogether. */
export const isGone = (cell: Cell, world: World, zone: string): boolean =>
  world.capacity(`${whole(cell)}/${zone}`) === 0 || world.capacity(whole(cell)) === 0;
