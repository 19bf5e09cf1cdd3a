/**
 * A process that is killed leaves what AWS holds, and nothing else. So a run is watched once, and what AWS held before each
 * of its calls is kept: the state after a kill just then, whether the call before was answered or its answer was lost.
 * From each of these states the command is run again, by a process that knows nothing.
 */
import type { State } from '../../../src/lib/sandbox/state.js';
import { aftermath, differences, lockedIn, type Aftermath } from './aftermath.js';
import { asProcess, enter, pass, play, type World } from './one-clock.js';

export interface Cut {
  /** The calls that leave this very state: from the first to the last of them. */
  readonly calls: { first: number; last: number };
  /** The call that was not made. */
  readonly before: string;
  readonly state: string;
  readonly at: number;
}

export interface Course {
  readonly cuts: readonly Cut[];
  /** Each of its calls, in their order: the first is call 1. */
  readonly calls: readonly string[];
  readonly end: Aftermath;
}

/** The saved state, to begin at. */
export const save = (world: World): { state: string; at: number } => ({ state: textOf(world.state), at: Date.now() });

const textOf = (state: State): string => JSON.stringify({ ...state, calls: {} });
/** What tells one state from another: time goes on with each call, and nothing comes of that alone. */
const marksOf = (state: State): string => JSON.stringify(state.cells);

export type Saved = ReturnType<typeof save>;
export const load = ({ state, at }: Saved): World => enter(JSON.parse(state) as State, at);

/** Runs it undisturbed; `pid`: as which process of the laptop. */
export async function course(from: Saved, run: () => Promise<unknown>, pid = FIRST): Promise<Course> {
  const world = load(from);
  asProcess(pid);
  const cuts: Cut[] = [];
  let marks = '';
  let n = 0;
  const cut = (state: State, before: string): void => {
    n++;
    const now = marksOf(state);
    if (now === marks) cuts.at(-1)!.calls.last = n;
    else cuts.push({ calls: { first: n, last: n }, before, state: textOf(state), at: Date.now() });
    marks = now;
  };
  world.before = (state, { service, operation }) => cut(state, `${service}:${operation}`);
  await play(world, run());
  cut(world.state, 'its end');
  await pass(world, SETTLED_MS);
  world.catchUp();
  return { cuts, calls: world.calls.slice(0, n - 1).map((c) => `${c.service}:${c.operation}`), end: aftermath(world.state) };
}

/** The state after a kill just before call `n`. */
export const cutBefore = ({ cuts }: Course, n: number): Cut => cuts.findLast((cut) => cut.calls.first <= n)!;

const FIRST = 4711;
const SECOND = 4712;
/** After this what is under way has ended, and so has every lease. */
const SETTLED_MS = 10 * 60_000;

/** Who runs it again: a process of the same machine, which sees that the first one is gone, or one elsewhere, which waits. */
export type Where = 'here' | 'elsewhere';

/** What AWS holds when the process was killed there and the command was run again. */
export async function killedAt(
  { state, at }: Pick<Cut, 'state' | 'at'>,
  where: Where,
  run: (where: Where) => Promise<unknown>,
): Promise<{ world: World; end: Aftermath; result: unknown; locked: readonly string[] }> {
  const world = load({ state, at });
  world.before = () => undefined;
  asProcess(SECOND, where === 'here' ? 'laptop' : 'pipeline', [SECOND]);
  // A moment to type: reads show then what was written.
  const result = await play(
    world,
    new Promise<void>((resolve) => setTimeout(resolve, 2_000)).then(() => run(where)),
  );
  const isGone = ({ pid }: { pid: number }) => where === 'here' && pid === FIRST;
  const locked = lockedIn(world.state, Date.now(), isGone);
  await pass(world, SETTLED_MS);
  world.catchUp();
  // Somewhere else the lock of a process that is gone ends with its lease, where nobody had to take it.
  const left = where === 'here' ? locked : lockedIn(world.state, Date.now());
  return { world, end: aftermath(world.state), result, locked: left };
}

/** Of each cut, how its end differs from the undisturbed one; `judge`: what of an end is compared. */
export async function killedEverywhere(
  { cuts, end: expected }: Course,
  run: (where: Where) => Promise<unknown>,
  modes: (index: number) => readonly Where[],
  judge: (end: Aftermath) => unknown = (end) => end,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [index, cut] of cuts.entries())
    for (const where of modes(index)) {
      const place = `killed before call ${cut.calls.first} (${cut.before}), run again ${where}`;
      try {
        const { end, locked } = await killedAt(cut, where, run);
        wrong.push(...locked.map((service) => `${place}: ${service} is locked`));
        wrong.push(...differences(judge(expected), judge(end)).map((text) => `${place}: ${text}`));
      } catch (error) {
        wrong.push(`${place}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  return wrong;
}
