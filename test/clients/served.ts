/** A sandbox served in the test's own process. Its time goes on with the requests, never with the wall clock. */
import { advanceTo } from '../../src/lib/sandbox/advance.js';
import { manualClock } from '../../src/lib/sandbox/clock.js';
import type { Sandbox } from '../../src/lib/sandbox/dispatch.js';
import { serve } from '../../src/lib/sandbox/server.js';
import { allServices } from '../../src/lib/sandbox/services/index.js';
import { createWorld } from '../../src/lib/sandbox/state.js';
import { memoryStore } from '../../src/lib/sandbox/store.js';
import { createThrottle, type Throttle } from '../../src/lib/sandbox/throttle.js';

export const ACCOUNT = '111111111111';
export const OTHER_ACCOUNT = '222222222222';
export const REGION = 'eu-west-1';
export const START = Date.parse('2026-11-19T12:00:00Z');

export interface Served {
  readonly endpoint: string;
  readonly sandbox: Sandbox;
  /** Sandbox time, milliseconds. */
  now(): number;
  /** Moves the clock, and lets happen what is due. */
  pass(seconds: number): void;
  /** While it runs, each request takes `seconds` of sandbox time: what a waiter sleeps between two looks. */
  pace<T>(seconds: number, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A second a request, so that AWS's token buckets fill as they would between two commands of a person. */
const SECONDS_A_REQUEST = 1;

export async function serveSandbox(): Promise<Served> {
  const store = memoryStore(START);
  store.state.accounts = [ACCOUNT, OTHER_ACCOUNT];
  const clock = manualClock(START);
  const paces = [SECONDS_A_REQUEST];
  const buckets = createThrottle();
  const throttle: Throttle = {
    take(where, service, operation) {
      clock.advance(Math.max(...paces) * 1000);
      return buckets.take(where, service, operation, clock.now());
    },
  };
  const sandbox: Sandbox = {
    store,
    world: createWorld(store.state),
    services: allServices,
    clock,
    throttle,
    defaultAccount: ACCOUNT,
    defaultRegion: REGION,
  };
  const serving = await serve(sandbox, 0);
  return {
    endpoint: serving.endpoint,
    sandbox,
    now: clock.now,
    pass(seconds) {
      clock.advance(seconds * 1000);
      advanceTo(clock.now(), allServices, sandbox.world);
    },
    async pace(seconds, work) {
      paces.push(seconds);
      try {
        return await work();
      } finally {
        paces.splice(paces.indexOf(seconds), 1);
      }
    },
    close: () => serving.close(),
  };
}
