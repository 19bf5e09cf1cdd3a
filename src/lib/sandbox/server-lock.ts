/** Which process serves a sandbox: the one that has made its lock. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { alive } from './alive.js';

/** Takes the lock, also from a process that is gone. */
export function takeServerLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(readIfThere(lock));
  if (holder > 0 && alive(holder) && holder !== process.pid) return false;
  // Of several that find a dead holder, one moves its lock away; who moved a fresh one by mistake puts it back.
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    if (Number(readIfThere(aside)) !== holder) {
      renameSync(aside, lock);
      return false;
    }
    rmSync(aside, { force: true });
  } catch {
    return false;
  }
  return takeServerLock(lock);
}

export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
