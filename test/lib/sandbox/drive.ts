/** A sandbox in memory whose clock the test moves: calls go straight to the operations. */
import { advanceTo } from '../../../src/lib/sandbox/advance.js';
import { manualClock, type ManualClock } from '../../../src/lib/sandbox/clock.js';
import { perform, type Sandbox } from '../../../src/lib/sandbox/dispatch.js';
import { allServices } from '../../../src/lib/sandbox/services/index.js';
import { createWorld, type State } from '../../../src/lib/sandbox/state.js';
import { noThrottle } from '../../../src/lib/sandbox/throttle.js';
import { memoryStore, type Store } from '../../../src/lib/sandbox/store.js';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';
export const START = Date.parse('2026-11-19T12:00:00Z');

export interface Drive {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the answers of forty operations */
  call(service: string, operation: string, input: object): any;
  /** Moves the clock, and lets happen what is due. */
  pass(seconds: number): void;
}

interface Options {
  /** See src/lib/sandbox/trailing.ts. */
  readonly readsTrailMs?: number;
  /** Default: one that keeps nothing. */
  readonly store?: Store;
}

export function drive(from?: State, now = START, { store = memoryStore(now), ...options }: Options = {}): Drive {
  if (from) Object.assign(store.state, structuredClone(from));
  store.state.accounts = [ACCOUNT];
  const clock = manualClock(now);
  const sandbox: Sandbox = {
    store,
    world: createWorld(store.state, options),
    services: allServices,
    clock,
    throttle: noThrottle,
    defaultAccount: ACCOUNT,
    defaultRegion: REGION,
  };
  return {
    sandbox,
    clock,
    call: (name, operation, input) =>
      perform(
        sandbox,
        allServices.find((s) => s.name === name)!,
        operation,
        input,
        {
          account: ACCOUNT,
          region: REGION,
          arn: `arn:aws:iam::${ACCOUNT}:user/test`,
        },
      ),
    pass(seconds) {
      clock.advance(seconds * 1000);
      store.mark(advanceTo(clock.now(), allServices, sandbox.world));
    },
  };
}
