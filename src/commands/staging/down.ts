import { Args } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class StagingDown extends BafCommand {
  static override description = 'Take a staging down with all it made. Of a staging that is not there, nothing is to do.';
  static override examples = ['baf staging down demo --yes'];
  static override args = { name: Args.string({ ignoreStdin: true, description: 'name (default: the git branch)' }) };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(StagingDown);
    const { downStaging } = await import('../../lib/command/staging.js');
    const done = await downStaging(args.name ?? null, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
