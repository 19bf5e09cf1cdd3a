/** Gaps in the contact with AWS in one target: told once, and their end once, however many calls fail meanwhile. */
import { UserError } from '../errors/user-error.js';
import type { Clock } from '../model/clock.js';
import type { BafEvent } from '../model/event.js';
import type { Effects, TargetGateways } from './effects.js';

export class Contact {
  private readonly lostAt = new Map<string, number>();

  constructor(
    private readonly target: string,
    private readonly clock: Clock,
    private readonly emit: (event: BafEvent) => void,
  ) {}

  /** `api`: whose answers are missing, e.g. `ecs`. */
  lost(api: string, error: unknown): void {
    if (this.lostAt.has(api)) return;
    const at = this.clock.now();
    this.lostAt.set(api, at);
    this.emit({ type: 'contact.lost', at, target: this.target, api, reason: reasonOf(error) });
  }

  back(api: string): void {
    const lostAt = this.lostAt.get(api);
    if (lostAt === undefined) return;
    this.lostAt.delete(api);
    this.emit({ type: 'contact.back', at: this.clock.now(), target: this.target, api, lostAt });
  }
}

/** One for each target. */
export function createContacts(clock: Clock, emit: (event: BafEvent) => void): (target: string) => Contact {
  const known = new Map<string, Contact>();
  return (target) => {
    const contact = known.get(target) ?? new Contact(target, clock, emit);
    known.set(target, contact);
    return contact;
  };
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Between two attempts, milliseconds of the clock's time. */
const AGAIN_MS = 5_000;

/**
 * The same effects for a deploy, with the calls that its rollouts need made again while what they meet is of the moment:
 * throttles, faults of AWS, the network. The SDK has tried eight times already: this is for gaps of minutes. Each of these
 * calls bears being made twice; those that do not (a new revision, `prepare.ts`; a second try, `second-try.ts`) are not among
 * them. What only explains (stopped tasks, logs, targets) is not waited for.
 *
 * @param limitMs how long one call is made again, by the clock
 */
export function throughGaps(
  effects: Effects,
  contactOf: (target: string) => Contact,
  signal: AbortSignal,
  limitMs: number,
): Effects {
  const again = <T extends object>(api: string, contact: Contact, gateway: T, except: readonly string[] = []): T =>
    repeating(gateway, except, async (call) => {
      const until = effects.clock.now() + limitMs;
      for (;;) {
        try {
          const answer = await call();
          contact.back(api);
          return answer;
        } catch (error) {
          const { now, sleep } = effects.clock;
          if (!(error instanceof UserError && error.transient) || signal.aborted || now() >= until) throw error;
          contact.lost(api, error);
          await sleep(AGAIN_MS, signal);
        }
      }
    });
  const known = new Map<string, TargetGateways>();
  return {
    ...effects,
    at(target) {
      const there = known.get(target.name);
      if (there) return there;
      const gateways = effects.at(target);
      const contact = contactOf(target.name);
      const made = {
        ...gateways,
        ecs: again('ecs', contact, gateways.ecs, ['stoppedTasks', 'registerTaskDefinition', 'forceDeployment']),
        tasks: again('ecs', contact, gateways.tasks),
        ssm: again('ssm', contact, gateways.ssm),
        stacks: again('cloudformation', contact, gateways.stacks),
      };
      known.set(target.name, made);
      return made;
    },
  };
}

function repeating<T extends object>(
  gateway: T,
  except: readonly string[],
  run: (call: () => Promise<unknown>) => Promise<unknown>,
): T {
  return new Proxy(gateway, {
    get(from, key) {
      const method: unknown = Reflect.get(from, key);
      if (typeof method !== 'function' || except.includes(String(key))) return method;
      return (...args: unknown[]) => run(() => Reflect.apply(method, from, args) as Promise<unknown>);
    },
  });
}
