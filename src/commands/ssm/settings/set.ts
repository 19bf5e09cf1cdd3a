import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSettingsSet extends BafCommand {
  static override description = 'Set a setting in all targets of an environment: to an argument, a file, or what comes on stdin.';
  static override examples = [
    'baf ssm settings set ui log-level debug --env staging',
    'baf ssm settings set ui features --env prod --file features.json',
  ];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
    value: Args.string({ ignoreStdin: true, description: 'value; - or nothing reads stdin' }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    file: Flags.string({ description: 'file that has the value', helpValue: 'FILE' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsSet);
    const { setSetting } = await import('../../../lib/command/settings-write.js');
    const done = await setSetting(args.service, args.key, args.value ?? null, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
