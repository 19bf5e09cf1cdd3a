import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSecretsLs extends BafCommand {
  static override description = 'List secrets over services, environments and targets, without their values.';
  static override examples = ['baf ssm secrets ls', 'baf ssm secrets ls ui --env prod'];
  static override aliases = ['ssm:secrets'];
  static override strict = false;
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'only these services' }),
  };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    store: Flags.option({ options: ['ssm', 'secretsmanager'] as const })({ description: 'only this store' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmSecretsLs);
    const { listSecrets } = await import('../../../lib/command/secrets.js');
    const done = await listSecrets(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
