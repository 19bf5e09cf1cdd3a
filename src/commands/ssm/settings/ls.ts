import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSettingsLs extends BafCommand {
  static override description =
    'List application settings over services, environments and targets; what differs between targets is shown apart.';
  static override examples = ['baf ssm settings ls', 'baf ssm settings ls ui --env prod'];
  static override aliases = ['ssm:settings'];
  static override strict = false;
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'only these services' }),
  };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmSettingsLs);
    const { listSettings } = await import('../../../lib/command/settings.js');
    const done = await listSettings(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
