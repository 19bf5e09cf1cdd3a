/** Sandbox time: goes on `speed` times as fast as the wall clock, from where the saved state stood; tests move it by hand. */
import type { State } from './state.js';

export interface SandboxClock {
  /** Sandbox time, milliseconds since the epoch. */
  now(): number;
  readonly speed: number;
}

/** Time between two commands counts as well: at the speed of the command that opens the sandbox again. */
export function runningClock(state: State, speed: number, wallNow: () => number): SandboxClock {
  const { sandboxNow, wallNow: savedAt } = state;
  let last = sandboxNow;
  return {
    speed,
    now: () => (last = Math.max(last, Math.round(sandboxNow + Math.max(0, wallNow() - savedAt) * speed))),
  };
}

export interface ManualClock extends SandboxClock {
  advance(ms: number): void;
}

export function manualClock(start: number): ManualClock {
  let now = start;
  return { speed: 1, now: () => now, advance: (ms) => void (now += ms) };
}
