/** Whether the process that carries a deploy out is gone, as seen from this machine. */
import { isGone, type DeployRecord } from '../records/record.js';
import { thisMachine } from '../system/machine.js';

/** A process of this machine that is not there is gone: nobody has to wait until its signs are old. */
export function goneHere(record: DeployRecord, now: number): boolean {
  const machine = thisMachine();
  const died = record.state === 'running' && record.machine === machine.id && !machine.isAlive(record.pid);
  return died || isGone(record, now);
}
