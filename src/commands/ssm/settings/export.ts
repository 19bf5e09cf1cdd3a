import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSettingsExport extends BafCommand {
  static override description = "Print a service's settings as JSON, where all targets agree.";
  static override examples = ['baf ssm settings export ui --env prod > ui.json'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsExport);
    const { exportSettings } = await import('../../../lib/command/settings-file.js');
    const done = await exportSettings(args.service, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
