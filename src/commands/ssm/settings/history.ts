import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSettingsHistory extends BafCommand {
  static override description = 'Show all versions of a setting, with who wrote them.';
  static override examples = ['baf ssm settings history ui log-level --env prod'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsHistory);
    const { settingHistory } = await import('../../../lib/command/settings.js');
    const done = await settingHistory(args.service, args.key, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
