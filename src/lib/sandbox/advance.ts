/** Lets time go on: what is due happens in the order of its time, cell by cell, service by service. */
import type { Cell, SandboxService, World } from './service.js';

/** Returns whether anything happened. Costs nothing where nothing is due. */
export function advanceTo(now: number, services: readonly SandboxService[], world: World & { cells(): Cell[] }): boolean {
  const timed = services.filter((service) => service.nextEventAt);
  let changed = false;
  for (let guard = 0; guard < 1_000_000; guard++) {
    let due: { at: number; service: SandboxService; cell: Cell } | null = null;
    for (const cell of world.cells())
      for (const service of timed) {
        const at = service.nextEventAt!(cell, world);
        if (at !== null && at <= now && (due === null || at < due.at)) due = { at, service, cell };
      }
    if (due === null) return changed;
    due.service.advance!(due.cell, due.at, world);
    changed = true;
  }
  throw new Error('the sandbox does not come to rest');
}
