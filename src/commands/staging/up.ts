import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class StagingUp extends BafCommand {
  static override description = 'Create or update a staging: an isolated, short-lived copy of this project with its own address.';
  static override examples = ['baf staging up', 'baf staging up demo --tag ui=1.4.0 --ttl 2d'];
  static override args = { name: Args.string({ ignoreStdin: true, description: 'name (default: the git branch)' }) };
  static override flags = {
    service: Flags.string({ description: 'only these services', multiple: true, multipleNonGreedy: true }),
    tag: Flags.string({ description: 'SERVICE=TAG, or one tag for all', multiple: true, multipleNonGreedy: true }),
    ttl: Flags.string({ description: 'time to live, e.g. 2d' }),
    timeout: Flags.string({ description: 'longest time for one service', default: '15m' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(StagingUp);
    const { upStaging } = await import('../../lib/command/staging.js');
    const done = await upStaging(args.name ?? null, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
