/** The events of a stack, and what its list of resources says. */
import type { World } from '../../service.js';
import { uuid, type Stack } from './state.js';

const STACK = 'AWS::CloudFormation::Stack';

interface Told {
  status: string;
  reason?: string | null;
}

/** The stack itself is in another state. */
export function recordStack(world: World, stack: Stack, now: number, status: string, reason: string | null = null): void {
  stack.status = status;
  stack.reason = reason;
  add(world, stack, now, { logical: stack.name, physical: stack.id, type: STACK, status, reason });
}

/** Something happened to a resource. `physical` is given where it is not (or no longer) the one that the stack has. */
export function record(
  world: World,
  stack: Stack,
  now: number,
  logical: string,
  told: Told,
  of?: { type: string; physical: string },
): void {
  const { status, reason = null } = told;
  const has = stack.resources[logical];
  const type =
    of?.type ?? has?.type ?? stack.template.Resources[logical]?.Type ?? stack.before?.template.Resources[logical]?.Type ?? '';
  const physical = of?.physical ?? has?.physical ?? '';
  add(world, stack, now, { logical, physical, type, status, reason });
  // What is cleaned up after its successor was made is not what the stack has under this name.
  if (of && has && has.physical !== of.physical) return;
  stack.listed[logical] = { type, physical, status, reason, at: now };
}

function add(
  world: World,
  stack: Stack,
  at: number,
  event: { logical: string; physical: string; type: string; status: string; reason: string | null },
): void {
  stack.events.unshift({ id: uuid(world.id(32)), at, ...event, token: stack.work?.token ?? null });
}
