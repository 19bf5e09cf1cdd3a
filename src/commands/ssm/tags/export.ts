import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsExport extends BafCommand {
  static override description = 'Write deploy tags as a file that reads well in a pull request.';
  static override examples = ['baf ssm tags export > tags.yaml', 'baf ssm tags export --env prod --output tags.yaml'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    at: Flags.string({ description: 'as it was at that time (UTC), or so long ago: 2026-11-19T14:00, 2h', helpValue: 'TIME' }),
    output: Flags.string({ char: 'o', description: 'file (default: stdout)', helpValue: 'FILE' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsExport);
    const { exportTags } = await import('../../../lib/command/tags-file.js');
    const done = await exportTags(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
