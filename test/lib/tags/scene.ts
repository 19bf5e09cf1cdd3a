/** A sandbox over HTTP with AWS's limits on calls, and the gateways of several people; time passes when all that is left is waiting. */
import { createGateways } from '../../../src/lib/aws/gateways.js';
import type { Clients } from '../../../src/lib/aws/clients.js';
import type { Effects } from '../../../src/lib/engine/effects.js';
import type { Clock } from '../../../src/lib/model/clock.js';
import type { CallFaultKind } from '../../../src/lib/model/faults.js';
import type { Target } from '../../../src/lib/model/target.js';
import { createThrottle } from '../../../src/lib/sandbox/throttle.js';
import { callerOf } from '../../../src/lib/sandbox/seed.js';
import { served, type Served } from '../sandbox/served.js';

export const targetOf = (number: number): Target => {
  const accountId = String(100_000_000_000 + number);
  return { name: `a${number}/eu-west-1`, account: `a${number}`, accountId, region: 'eu-west-1' };
};

export interface TagScene {
  readonly sandbox: Served;
  readonly targets: readonly Target[];
  /** How this person, with clients of their own, gets there. */
  as(person: string): Effects;
  /** Calls made so far: those that were let through, and those that were throttled. */
  calls(operation: string): { count: number; throttled: number };
  /** An SSM call of somebody who is not baf. */
  ssm(target: Target, operation: string, input: object): Record<string, unknown>;
  /** The versions of a parameter, e.g. `1.3.0` each, the oldest first. */
  versions(target: Target, name: string): { value: string; labels: string[]; description: string; version: number }[];
  fail(operation: string, kind: CallFaultKind, times: number | null, target?: Target): void;
  clear(): void;
  close(): Promise<void>;
}

export async function tagScene(count: number, options: { readonly readsTrailMs?: number } = {}): Promise<TagScene> {
  const targets = Array.from({ length: count }, (_, i) => targetOf(i + 1));
  const sandbox = await served(
    targets.map((t) => t.accountId),
    { readsTrailMs: 1000, ...options },
  );
  Object.assign(sandbox.sandbox, { throttle: createThrottle() });
  const clock = virtualClock(sandbox);
  const state = sandbox.sandbox.store.state;
  const people = new Map<string, Effects>();
  const clientsOf = (): Clients => (where, make) => {
    let client: ReturnType<typeof make> | null = null;
    return () => (client ??= make({ ...sandbox.config(where.accountId, where.region), maxAttempts: 8 } as never));
  };
  const ssm: TagScene['ssm'] = (target, operation, input) =>
    callerOf(sandbox.sandbox, { account: target.accountId, region: target.region } as never)('ssm', operation, input);
  return {
    sandbox,
    targets,
    as(person) {
      const made = people.get(person) ?? { at: createGateways(clientsOf(), clock), clock, actor: person };
      people.set(person, made);
      return made;
    },
    calls(operation) {
      const found = Object.values(state.calls).filter((c) => c.operation === operation);
      const total = (key: 'count' | 'throttled') => found.reduce((sum, c) => sum + c[key], 0);
      return { count: total('count') - total('throttled'), throttled: total('throttled') };
    },
    ssm,
    versions(target, Name) {
      const found: { Value: string; Labels: string[]; Description?: string; Version: number }[] = [];
      let NextToken: string | undefined;
      do {
        const page = ssm(target, 'GetParameterHistory', { Name, NextToken }) as { Parameters: typeof found; NextToken?: string };
        found.push(...page.Parameters);
        NextToken = page.NextToken;
      } while (NextToken);
      return found.map((p) => ({ value: p.Value, labels: p.Labels, description: p.Description ?? '', version: p.Version }));
    },
    fail(operation, kind, times, target) {
      const id = `f-${++state.faults.last}`;
      const where = target ? `${target.accountId}/${target.region}` : null;
      state.faults.calls.push({ id, service: 'ssm', operation, kind, target: where, times, rate: 1, seed: 1 });
    },
    clear: () => void (state.faults.calls = []),
    close: () => sandbox.close(),
  };
}

/** Who sleeps is woken in order, the time set to when they wanted to be, once the calls under way had a moment to end. */
function virtualClock(sandbox: Served): Clock {
  const sleeping: { at: number; wake: () => void }[] = [];
  let ticking = false;
  const tick = () => {
    const next = sleeping.sort((a, b) => a.at - b.at).shift();
    if (next) {
      sandbox.pass(Math.max(0, next.at - sandbox.clock.now()) / 1000);
      next.wake();
    }
    ticking = sleeping.length > 0;
    if (ticking) setImmediate(() => setImmediate(tick));
  };
  return {
    now: () => sandbox.clock.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        sleeping.push({ at: sandbox.clock.now() + ms, wake: resolve });
        if (!ticking) {
          ticking = true;
          setImmediate(() => setImmediate(tick));
        }
      }),
  };
}
