import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmSecretsExec extends BafCommand {
  static override description = "Run a command with a service's secrets in its environment: baf ssm exec --only-secrets.";
  static override examples = ['baf ssm secrets exec catalog --env staging -- npm run migrate'];
  static override usage = ['ssm secrets exec SERVICE --env ENV [--target ACCOUNT/REGION] [--pristine] -- COMMAND...'];
  static override enableJsonFlag = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    target: Flags.string({ description: 'target whose values it gets (default: the first of the environment)' }),
    pristine: Flags.boolean({ description: 'with nothing of your own environment but PATH' }),
  };

  async run(): Promise<void> {
    // What follows -- belongs to the command, flags and all.
    const at = this.argv.indexOf('--');
    const [own, words] = at < 0 ? [this.argv, []] : [this.argv.slice(0, at), this.argv.slice(at + 1)];
    const { args, flags } = await this.parse(SsmSecretsExec, own);
    const { execService } = await import('../../../lib/command/ssm-exec.js');
    process.exitCode = await execService(args.service, words, { ...flags, 'only-secrets': true });
  }
}
