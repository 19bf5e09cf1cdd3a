/** Flags of every command that changes an environment. */
import { Flags } from '@oclif/core';

export const guardFlags = {
  'lock-wait': Flags.string({
    description: 'how long to wait in line while somebody else has the lock, e.g. 10m (default: not at all)',
    env: 'BAF_LOCK_WAIT',
    helpValue: 'TIME',
  }),
  'override-freeze': Flags.boolean({ description: 'go on although it is frozen; needs --reason, and is recorded' }),
  reason: Flags.string({ description: 'why, for the record', helpValue: 'TEXT' }),
};
