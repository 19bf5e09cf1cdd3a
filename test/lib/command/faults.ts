/** Every operation that a command uses x every way in which a call can go wrong: found by running it undisturbed first. */
import type { CallFaultKind } from '../../../src/lib/model/faults.js';
import { aftermath, differences, type Aftermath } from './aftermath.js';
import { load, type Saved } from './crash.js';
import { asProcess, pass, play, type World } from './one-clock.js';

export type Kind = Extract<CallFaultKind, 'throttle' | 'error' | 'reset' | 'hang' | 'lost'>;
export const KINDS: readonly Kind[] = ['throttle', 'error', 'reset', 'hang', 'lost'];

export interface Ran<T> {
  readonly world: World;
  readonly result: T | null;
  readonly error: Error | null;
  readonly end: Aftermath;
  /** Sandbox time that it took, milliseconds. */
  readonly tookMs: number;
}

const SETTLED_MS = 10 * 60_000;

/** Plays a command from a saved state; `disturb` comes with its first call, or with the first one of `at`. */
export async function played<T>(
  from: Saved,
  run: () => Promise<T>,
  disturb: (world: World) => void = () => undefined,
  at: string | null = null,
): Promise<Ran<T>> {
  const world = load(from);
  asProcess(4711);
  const began = Date.now();
  let result: T | null = null;
  let error: Error | null = null;
  let disturbed = false;
  world.before = (_, { service, operation }) => {
    if (disturbed || (at !== null && at !== `${service}:${operation}`)) return;
    disturbed = true;
    disturb(world);
  };
  try {
    result = await play(world, run());
  } catch (thrown) {
    error = thrown as Error;
  }
  const tookMs = Date.now() - began;
  world.clearFaults();
  await pass(world, SETTLED_MS);
  world.catchUp();
  return { world, result, error, end: aftermath(world.state), tookMs };
}

export const operationsOf = (world: World): string[] =>
  [...new Set(world.calls.map((c) => `${c.service}:${c.operation}`))].toSorted();

/** What differs from the undisturbed run, for each operation and way; nothing where all is well. */
export async function matrix<T>(
  from: Saved,
  run: () => Promise<T>,
  options: {
    readonly judge: (ran: Ran<T>) => unknown;
    readonly operations: readonly string[];
    readonly kinds: readonly Kind[];
    readonly times: number;
    readonly also?: (world: World) => void;
  },
): Promise<string[]> {
  const { judge, operations, kinds, times, also } = options;
  const expected = judge(await played(from, run, also));
  const wrong: string[] = [];
  for (const operation of operations)
    for (const kind of kinds) {
      const ran = await played(from, run, (world) => {
        also?.(world);
        world.fault(operation, kind, times);
      });
      const place = `${operation} ${kind} x${times}`;
      wrong.push(...differences(expected, judge(ran)).map((text) => `${place}: ${text}`));
    }
  return wrong;
}
