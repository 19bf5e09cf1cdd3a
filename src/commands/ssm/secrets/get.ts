import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSecretsGet extends BafCommand {
  static override description = 'Show where a secret is set and since when; its value only with --show, on a terminal.';
  static override examples = [
    'baf ssm secrets get ui session-key --env prod',
    'baf ssm secrets get ui session-key --env prod --show',
  ];
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'service', required: true }),
    key: Args.string({ ignoreStdin: true, description: 'key', required: true }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    target: Flags.string({ description: 'only this target' }),
    store: Flags.option({ options: ['ssm', 'secretsmanager'] as const, default: 'ssm' as const })({
      description: 'where it is kept',
    }),
    show: Flags.boolean({ description: 'show the value (on a terminal only)' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SsmSecretsGet);
    const { getSecret } = await import('../../../lib/command/secrets.js');
    const done = await getSecret(args.service, args.key, { ...flags, json: this.jsonEnabled() });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
