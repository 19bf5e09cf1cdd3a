import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmSecretsUnset extends BafCommand {
  static override description =
    'Remove a secret from all targets of an environment; asks, and is refused where baf.yaml reads it.';
  static override examples = ['baf ssm secrets unset ui session-key --env staging'];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({ description: 'only these targets', multiple: true, multipleNonGreedy: true }),
    store: Flags.option({ options: ['ssm', 'secretsmanager'] as const, default: 'ssm' as const })({
      description: 'where it is kept',
    }),
    force: Flags.boolean({ description: 'also where baf.yaml reads it' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSecretsUnset);
    const { unsetSecret } = await import('../../../lib/command/secrets.js');
    const done = await unsetSecret(args.service, args.key, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
