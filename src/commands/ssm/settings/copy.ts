import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSettingsCopy extends BafCommand {
  static override description = 'Copy settings from one environment to all targets of another.';
  static override examples = [
    'baf ssm settings copy ui --from staging --to prod --plan',
    'baf ssm settings copy ui --from staging --to prod --key log-level',
  ];
  static override strict = false;
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'only these services' }),
  };
  static override flags = {
    from: Flags.string({ description: 'environment that has them', required: true, helpValue: 'ENV' }),
    to: Flags.string({ description: 'environment that gets them', required: true, helpValue: 'ENV' }),
    key: Flags.string({ description: 'only these keys', multiple: true, multipleNonGreedy: true }),
    plan: Flags.boolean({ description: 'only show what would change' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmSettingsCopy);
    const { copySettings } = await import('../../../lib/command/settings-write.js');
    const done = await copySettings(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
