import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmTagsSet extends BafCommand {
  static override description = "Set a service's deploy tag in an environment's targets, without deploying it.";
  static override examples = ['baf ssm tags set ui 1.4.0 --env staging'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    tag: Args.string({ ignoreStdin: true, description: 'tag', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsSet);
    const { setTag } = await import('../../../lib/command/tags-set.js');
    const done = await setTag(args.service, args.tag, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
