import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSettingsImport extends BafCommand {
  static override description = 'Set settings of a service from a file, where they differ; what it does not name is left alone.';
  static override examples = [
    'baf ssm settings import ui ui.json --env staging --plan',
    'baf ssm settings export ui --env staging | baf ssm settings import ui - --env prod --yes',
  ];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    file: Args.string({ ignoreStdin: true, description: 'JSON or YAML; - reads stdin', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    plan: Flags.boolean({ description: 'only show what would change' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSettingsImport);
    const { importSettings } = await import('../../../lib/command/settings-file.js');
    const done = await importSettings(args.service, args.file, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
