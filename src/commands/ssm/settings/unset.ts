import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSettingsUnset extends BafCommand {
  static override description = 'Remove a setting from all targets of an environment; refused where baf.yaml reads it.';
  static override examples = ['baf ssm settings unset ui log-level --env staging'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    force: Flags.boolean({ description: 'also where baf.yaml reads it' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsUnset);
    const { unsetSetting } = await import('../../../lib/command/settings-write.js');
    const done = await unsetSetting(args.service, args.key, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
