/**
 * Lets time go on: what is due happens in the order of its time. What comes next is known for each cell and asked for
 * again only where something touched the cell, so a sandbox at rest costs nothing.
 */
import type { Cell, SandboxService, World } from './service.js';

export interface Cells extends World {
  cells(): Cell[];
  /** Cells that were reached for since `settle`: what comes next there may have changed. */
  touched(): readonly Cell[];
  settle(): void;
  /** Counts the version of these cells on. */
  changed(cells: readonly Cell[]): void;
}

interface Next {
  readonly at: number;
  readonly service: SandboxService;
}

const agendas = new WeakMap<Cells, Map<Cell, Next | null>>();

/** Returns the cells in which anything happened. */
export function advanceTo(now: number, services: readonly SandboxService[], world: Cells): Cell[] {
  const agenda = agendas.get(world) ?? new Map<Cell, Next | null>();
  agendas.set(world, agenda);
  const changed = new Set<Cell>();
  for (let guard = 0; guard < 1_000_000; guard++) {
    for (const cell of world.touched()) agenda.set(cell, nextOf(cell, services, world));
    world.settle();
    let due: { cell: Cell; next: Next } | null = null;
    for (const [cell, next] of agenda) if (next && next.at <= now && (!due || next.at < due.next.at)) due = { cell, next };
    if (!due) return [...changed];
    const { cell, next } = due;
    // Reached for, so that what comes next here is asked for again.
    world.cell(cell.account, cell.region);
    next.service.advance!(cell, next.at, world);
    changed.add(cell);
    world.changed([cell]);
  }
  throw new Error('the sandbox does not come to rest');
}

function nextOf(cell: Cell, services: readonly SandboxService[], world: World): Next | null {
  let found: Next | null = null;
  for (const service of services) {
    const at = service.nextEventAt?.(cell, world) ?? null;
    if (at !== null && (found === null || at < found.at)) found = { at, service };
  }
  return found;
}
