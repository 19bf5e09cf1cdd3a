import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsDrift extends BafCommand {
  static override description =
    'What does not fit: desired against live, running and the audit record; foreign writes with their writer.';
  static override examples = ['baf ssm tags drift', 'baf ssm tags drift --env prod --exit-code'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'exit-code': Flags.boolean({ description: 'exit 6 where there are differences' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsDrift);
    const { driftTags } = await import('../../../lib/command/tags-compare.js');
    const done = await driftTags(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
