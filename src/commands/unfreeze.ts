import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Unfreeze extends BafCommand {
  static override description = 'End a freeze that was made by hand.';
  static override examples = ['baf unfreeze --env prod', 'baf unfreeze ui --env prod'];
  static override strict = false;
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'services to thaw (default: the freeze of the whole environment)' }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Unfreeze);
    const { unfreezeServices } = await import('../lib/command/freeze.js');
    const done = await unfreezeServices(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
