import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSettingsDiff extends BafCommand {
  static override description = 'Compare the settings of two environments.';
  static override examples = ['baf ssm settings diff staging prod', 'baf ssm settings diff staging prod ui --exit-code'];
  static override strict = false;
  static override args = {
    from: Args.string({ ignoreStdin: true, description: 'environment', required: true }),
    to: Args.string({ ignoreStdin: true, description: 'environment', required: true }),
  };
  static override flags = {
    'exit-code': Flags.boolean({ description: 'exit 6 where something was found' }),
  };

  async run(): Promise<object> {
    const { args, argv, flags } = await this.parse(SsmSettingsDiff);
    const { diffSettings } = await import('../../../lib/command/settings.js');
    const done = await diffSettings(args.from, args.to, (argv as string[]).slice(2), flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
