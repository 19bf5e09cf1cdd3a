import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsHistory extends BafCommand {
  static override description = 'All versions of a deploy tag: who wrote each, by what and why, and its labels.';
  static override examples = ['baf ssm tags history ui --env prod', 'baf ssm tags history ui --json'];
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    limit: Flags.integer({ description: 'only the newest', min: 1 }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsHistory);
    const { historyOfTag } = await import('../../../lib/command/tags-compare.js');
    const done = await historyOfTag(args.service, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
