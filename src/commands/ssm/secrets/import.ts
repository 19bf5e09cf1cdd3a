import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSecretsImport extends BafCommand {
  static override description =
    'Set secrets of a service from a file or stdin, where they differ; what it does not name is left alone.';
  static override examples = ['chamber export ui | baf ssm secrets import ui - --env prod --yes'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    file: Args.string({ ignoreStdin: true, description: 'JSON or YAML; - reads stdin', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    store: Flags.option({ options: ['ssm', 'secretsmanager'] as const, default: 'ssm' as const })({
      description: 'where they are kept',
    }),
    'kms-key': Flags.string({ description: 'KMS key, instead of AWS’s own', helpValue: 'KEY' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSecretsImport);
    const { importSecrets } = await import('../../../lib/command/settings-file.js');
    const done = await importSecrets(args.service, args.file, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
