import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSettingsGet extends BafCommand {
  static override description = 'Print one setting: the value alone where all targets agree.';
  static override examples = ['baf ssm settings get ui log-level --env prod'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsGet);
    const { getSetting } = await import('../../../lib/command/settings.js');
    const done = await getSetting(args.service, args.key, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
