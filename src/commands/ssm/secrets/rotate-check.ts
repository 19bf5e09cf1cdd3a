import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSecretsRotateCheck extends BafCommand {
  static override description =
    'Tell how old each secret is, and which running tasks started before its last change, with what mends it.';
  static override examples = [
    'baf ssm secrets rotate-check --env prod',
    'baf ssm secrets rotate-check ui --env prod --max-age 90d --exit-code',
  ];
  static override strict = false;
  static override args = {
    service: Args.string({ ignoreStdin: true, description: 'only these services' }),
  };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    'max-age': Flags.string({ description: 'a secret that is older is called old', default: '90d', helpValue: 'DURATION' }),
    'exit-code': Flags.boolean({ description: 'exit 6 where something was found' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmSecretsRotateCheck);
    const { rotateCheck } = await import('../../../lib/command/secrets.js');
    const done = await rotateCheck(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
