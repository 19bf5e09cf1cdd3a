import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class Lock extends BafCommand {
  static override description = 'Hold deploys of services off, for a reason and a while.';
  static override examples = [
    'baf lock ui --env prod --reason "looking at a leak, INC-1234" --for 2h',
    'baf lock ui catalog --env prod --reason INC-1234 --lock-wait 30m',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services to lock' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    reason: Flags.string({ description: 'why; shown to those who are refused', required: true, helpValue: 'TEXT' }),
    for: Flags.string({ description: 'how long', default: '2h', helpValue: 'TIME' }),
    'lock-wait': Flags.string({
      description: 'how long to wait in line while somebody else has the lock, e.g. 10m (default: not at all)',
      env: 'BAF_LOCK_WAIT',
      helpValue: 'TIME',
    }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Lock);
    const { lockServices } = await import('../../lib/command/lock.js');
    const done = await lockServices(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
