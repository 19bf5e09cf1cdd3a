/** Gateways that ask before each write whether the lock is still held: a late holder stops itself. */
import type { Effects, TargetGateways } from './effects.js';
import type { HeldLock } from './lock-held.js';

/** What only reads, by its name in the gateways. Everything else is a write, also what is added to them one day. */
const READS = new Set([
  ...['describeServices', 'serviceDeployments', 'describeTaskDefinition', 'serviceRevisions', 'stoppedTasks', 'turnToRegister'],
  ...[
    'get',
    'byPath',
    'describe',
    'history',
    'estimateWrites',
    'read',
    'changes',
    'states',
    'health',
    'list',
    'tail',
    'follow',
    'addressOf',
    'plan',
    'outputs',
    'offer',
    'imageDigest',
  ],
]);

export function fence(effects: Effects, lock: Pick<HeldLock, 'check'>): Effects {
  const known = new Map<TargetGateways, TargetGateways>();
  return {
    ...effects,
    at(target) {
      const there = effects.at(target);
      const made = known.get(there) ?? fenced(there);
      known.set(there, made);
      return made;
    },
  };

  function fenced<T extends object>(gateway: T): T {
    return Object.fromEntries(
      Object.entries(gateway).map(([name, part]: [string, unknown]) => {
        if (typeof part === 'object' && part !== null) return [name, fenced(part)];
        if (typeof part !== 'function' || READS.has(name)) return [name, part];
        const act = part as (...args: unknown[]) => Promise<unknown>;
        return [
          name,
          async (...args: unknown[]) => {
            await lock.check();
            return act.apply(gateway, args);
          },
        ];
      }),
    ) as T;
  }
}
