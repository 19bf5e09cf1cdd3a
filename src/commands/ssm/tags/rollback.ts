import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmTagsRollback extends BafCommand {
  static override description =
    "Write a service's earlier tag again, and pin it so that automation does not undo that; without deploying it.";
  static override examples = [
    'baf ssm tags rollback ui --env prod --reason "1.4.0 leaks"',
    'baf ssm tags rollback ui --env prod --to 1.3.9',
  ];
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    to: Flags.string({ description: 'the tag to go back to (default: the one that served before)', helpValue: 'TAG' }),
    'no-pin': Flags.boolean({ description: 'leave it open to the next promotion' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsRollback);
    const { rollbackTags } = await import('../../../lib/command/tags-set.js');
    const done = await rollbackTags(args.service, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
