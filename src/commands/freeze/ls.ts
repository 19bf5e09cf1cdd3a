import { Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class FreezeLs extends BafCommand {
  static override description = 'List what is frozen, and the windows of the platform file that come next.';
  static override examples = ['baf freeze ls', 'baf freeze ls --env prod --json'];
  static override flags = {
    env: Flags.string({ description: 'only this environment', helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(FreezeLs);
    const { showFreezes } = await import('../../lib/command/freeze.js');
    const done = await showFreezes(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
