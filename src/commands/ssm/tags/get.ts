import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsGet extends BafCommand {
  static override description = 'Print the deploy tag of one service: the tag alone where all targets agree.';
  static override examples = ['baf ssm tags get ui --env prod'];
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = { env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }) };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsGet);
    const { getTag } = await import('../../../lib/command/tags.js');
    const done = await getTag(args.service, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
