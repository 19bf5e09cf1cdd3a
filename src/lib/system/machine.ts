/** Which machine this is, so far as process ids go: two containers on one host are two. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** What `locks` asks of the machine. */
export interface Machine {
  /** The same for all processes that see each other's ids, and for no others. */
  readonly id: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
}

export function thisMachine(): Machine {
  return { id: createHash('sha256').update(identity()).digest('hex').slice(0, 16), pid: process.pid, isAlive };
}

/** On Linux the running kernel and the namespace of process ids; elsewhere the name and the network cards. */
function identity(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')} ${readlinkSync('/proc/self/ns/pid')} ${hostname()}`;
  } catch {
    const cards = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter((i) => !i.internal).map((i) => i.mac));
    return `${hostname()} ${[...new Set(cards)].sort().join(' ')}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
