import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Unlock extends BafCommand {
  static override description =
    'End a lock: your own by hand at once, another one after showing whose it is. A deploy that had it stops before its next write.';
  static override examples = ['baf unlock ui --env prod', 'baf unlock ui --env prod --yes'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services to unlock' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Unlock);
    const { unlockServices } = await import('../lib/command/lock.js');
    const done = await unlockServices(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
