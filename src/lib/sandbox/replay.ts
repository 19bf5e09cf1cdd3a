/**
 * Does again what a process had noted when it was killed. Time goes on by events alone, and ids come from a source that is in
 * the state: what is done again at its time ends as it did before.
 */
import { advanceTo } from './advance.js';
import { counter } from './calls.js';
import { manualClock } from './clock.js';
import { perform, type Sandbox } from './dispatch.js';

export function replay({ store, services, world }: Pick<Sandbox, 'store' | 'services' | 'world'>): void {
  const quiet = { ...store, note: () => undefined };
  for (const { at, seed, service: name, operation, input, caller, prepared } of store.pending) {
    const service = services.find((s) => s.name === name);
    if (!service?.operations[operation]) continue;
    store.mark(advanceTo(at, services, world));
    // Reads between the two may have taken ids, and are not noted.
    store.state.seed = seed;
    const count = counter(store.state, name, operation);
    try {
      perform({ store: quiet, services, world, clock: manualClock(at) }, service, operation, input, caller, prepared);
      count(caller.account, caller.region, 'done');
    } catch {
      // It was refused then, too.
      count(caller.account, caller.region, 'failed');
    }
  }
}
