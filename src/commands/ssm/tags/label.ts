import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsLabel extends BafCommand {
  static override description = 'Put a label of your own on a version of a deploy tag, or take it away.';
  static override examples = [
    'baf ssm tags label ui release-42 --env prod',
    'baf ssm tags label ui release-42 --env prod --tag 1.3.9',
    'baf ssm tags label ui release-42 --env prod --remove',
  ];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    label: Args.string({ ignoreStdin: true, description: 'label', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    tag: Flags.string({ description: 'the newest version with this tag (default: the newest version)', helpValue: 'TAG' }),
    remove: Flags.boolean({ description: 'take it away' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmTagsLabel);
    const { labelTags } = await import('../../../lib/command/tags-pin.js');
    const done = await labelTags(args.service, args.label, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
