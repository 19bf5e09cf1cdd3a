import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSecretsSet extends BafCommand {
  static override description =
    'Set a secret in all targets of an environment: from stdin, a file or a question, never from an argument.';
  static override examples = [
    'pass show ui/session-key | baf ssm secrets set ui session-key --env prod --yes',
    'baf ssm secrets set ui session-key --env prod --file key.txt',
    'baf ssm secrets set ui session-key --env prod --store secretsmanager',
  ];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    file: Flags.string({ description: 'file that has the value', helpValue: 'FILE' }),
    store: Flags.option({ options: ['ssm', 'secretsmanager'] as const, default: 'ssm' as const })({
      description: 'where it is kept',
    }),
    'kms-key': Flags.string({ description: 'KMS key, instead of AWS’s own', helpValue: 'KEY' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { refuseSecretArguments } = await import('../../../lib/command/value-input.js');
    const known = { ...SsmSecretsSet.baseFlags, ...SsmSecretsSet.flags, json: { type: 'boolean' }, help: { type: 'boolean' } };
    refuseSecretArguments(this.argv, known, 2);
    const { args, flags } = await this.parse(SsmSecretsSet);
    const { setSecret } = await import('../../../lib/command/secrets.js');
    const done = await setSecret(args.service, args.key, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
