import { Args } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class StagingShow extends BafCommand {
  static override description = 'Show a staging: its services, addresses and expiry.';
  static override examples = ['baf staging show demo'];
  static override args = { name: Args.string({ ignoreStdin: true, description: 'name (default: the git branch)' }) };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(StagingShow);
    const { showOneStaging } = await import('../../lib/command/staging.js');
    const done = await showOneStaging(args.name ?? null, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
