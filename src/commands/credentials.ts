import { Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';
import { showSecrets } from '../lib/output/guard.js';

export default class Credentials extends BafCommand {
  static override description = "Give the credentials of the platform's role in a target to other tools.";
  static override examples = [
    'eval "$(baf credentials --target shop-prod/eu-west-1)"',
    'credential_process = baf credentials --target shop-prod/eu-west-1 --format process',
  ];
  static override flags = {
    target: Flags.string({ description: 'where', helpValue: 'ACCOUNT/REGION', required: true }),
    format: Flags.option({ options: ['env', 'json', 'process'] as const, default: 'env' as const })({
      description: 'lines for a shell, JSON, or what credential_process expects',
    }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(Credentials);
    const { showCredentials } = await import('../lib/command/identity.js');
    const done = await showCredentials(flags);
    await this.noteAll(done.warnings);
    showSecrets(process.stdout);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
