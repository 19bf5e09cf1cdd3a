import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsDiff extends BafCommand {
  static override description =
    'Compare the deploy tags of two environments; with --at as they were, and one environment with itself then.';
  static override examples = [
    'baf ssm tags diff staging prod',
    'baf ssm tags diff staging prod --exit-code',
    'baf ssm tags diff prod prod --at 2h',
  ];
  static override args = {
    from: Args.string({ ignoreStdin: true, description: 'environment', required: true }),
    to: Args.string({ ignoreStdin: true, description: 'environment', required: true }),
  };
  static override flags = {
    services: Flags.string({ description: 'only these services', multiple: true, multipleNonGreedy: true, helpValue: 'SERVICE' }),
    all: Flags.boolean({ description: 'also what is the same' }),
    at: Flags.string({ description: 'as it was at that time (UTC), or so long ago: 2026-11-19T14:00, 2h', helpValue: 'TIME' }),
    'exit-code': Flags.boolean({ description: 'exit 6 where there are differences' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsDiff);
    const { diffTags } = await import('../../../lib/command/tags-compare.js');
    const done = await diffTags(args.from, args.to, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
