import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmTagsImport extends BafCommand {
  static override description = 'Write the deploy tags of a file, where they differ.';
  static override examples = ['baf ssm tags import tags.yaml --plan', 'baf ssm tags import tags.yaml --env prod --yes'];
  static override args = { file: Args.string({ ignoreStdin: true, description: 'file', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    plan: Flags.boolean({ description: 'only show what would be written' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsImport);
    const { importTags } = await import('../../../lib/command/tags-file.js');
    const done = await importTags(args.file, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
