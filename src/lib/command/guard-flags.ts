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

/** Flags of commands that roll something out. */
export const shipFlags = {
  'skip-checks': Flags.string({
    description: 'leave out a pre-flight check, or all',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
  'skip-hooks': Flags.boolean({ description: 'run neither deploy.before nor deploy.after of the services' }),
  wait: Flags.boolean({
    description: 'wait for the end of the rollouts; --no-wait ends once all have begun, and ECS goes on by itself',
    default: true,
    allowNo: true,
  }),
  timeout: Flags.string({ description: 'longest time for one rollout, e.g. 20m', default: '30m' }),
};
