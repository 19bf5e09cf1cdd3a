import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class LockLs extends BafCommand {
  static override description = 'List locks: who has them, what for, since when, and who waits.';
  static override examples = ['baf lock ls', 'baf lock ls ui --env prod --json'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = {
    env: Flags.string({ description: 'only this environment', helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(LockLs);
    const { showLocks } = await import('../../lib/command/lock.js');
    const done = await showLocks(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
