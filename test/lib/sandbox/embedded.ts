/** An embedded AWS in process: operations are called by hand, time is moved by hand. */
import { advanceTo } from '../../../src/lib/sandbox/advance.js';
import type { CallContext, ImageFate } from '../../../src/lib/sandbox/service.js';
import { createWorld, emptyState, type State } from '../../../src/lib/sandbox/state.js';
import { ecr } from '../../../src/lib/sandbox/services/ecr.js';
import { ecs } from '../../../src/lib/sandbox/services/ecs.js';
import { elbv2 } from '../../../src/lib/sandbox/services/elbv2.js';
import { logs } from '../../../src/lib/sandbox/services/logs.js';

export const account = '111111111111';
export const region = 'eu-central-1';
export const start = Date.UTC(2026, 0, 5, 9);
const services = { ecs, elbv2, logs, ecr };

export interface Embedded {
  readonly state: State;
  readonly now: () => number;
  call<T = Record<string, never>>(service: keyof typeof services, operation: string, input?: object): T;
  /** Lets sandbox time go on. */
  wait(seconds: number): void;
  /** Lets time go on in small steps until it holds; `look` sees every step. Returns the seconds it took. */
  until(holds: () => boolean, options?: { within?: number; look?: () => void }): number;
  image(name: string, outcome: ImageFate['outcome']): void;
  /** When something happens by itself next. */
  next(): number | null;
}

/** `from`: a state saved before, to go on with. */
export function embedded(from?: { state: State; now: number }): Embedded {
  const state: State = from ? (JSON.parse(JSON.stringify(from.state)) as State) : emptyState(start);
  let now = from?.now ?? start;
  const world = createWorld(state);
  const all = Object.values(services);
  const wait = (seconds: number): void => {
    now += seconds * 1000;
    advanceTo(now, all, world);
  };
  return {
    state,
    now: () => now,
    wait,
    call<T>(service: keyof typeof services, operation: string, input: object = {}) {
      const context: CallContext = {
        cell: world.cell(account, region),
        account,
        region,
        now,
        callerArn: `arn:aws:iam::${account}:user/test`,
        world,
        id: (length) => world.id(length),
      };
      return services[service].operations[operation]!(input, context) as T;
    },
    until(holds, { within = 1800, look = () => {} } = {}) {
      const began = now;
      while (!holds()) {
        if (now - began > within * 1000) throw new Error(`not within ${within} s`);
        wait(1);
        look();
      }
      return (now - began) / 1000;
    },
    image: (name, outcome) => void (state.images[name] = outcome),
    next: () => all.map((s) => s.nextEventAt?.(world.cell(account, region), world) ?? null).find((at) => at !== null) ?? null,
  };
}
