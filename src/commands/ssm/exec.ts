import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class SsmExec extends BafCommand {
  static override description = "Run a command with a service's settings and secrets in its environment.";
  static override examples = ['baf ssm exec catalog --env staging -- npm start'];
  static override usage = ['ssm exec SERVICE --env ENV [--target ACCOUNT/REGION] [--pristine] -- COMMAND...'];
  static override enableJsonFlag = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'service', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    target: Flags.string({ description: 'target whose values it gets (default: the first of the environment)' }),
    pristine: Flags.boolean({ description: 'with nothing of your own environment but PATH' }),
    'only-secrets': Flags.boolean({ description: 'without the settings' }),
  };

  async run(): Promise<void> {
    // What follows -- belongs to the command, flags and all.
    const at = this.argv.indexOf('--');
    const [own, words] = at < 0 ? [this.argv, []] : [this.argv.slice(0, at), this.argv.slice(at + 1)];
    const { args, flags } = await this.parse(SsmExec, own);
    const { execService } = await import('../../lib/command/ssm-exec.js');
    process.exitCode = await execService(args.service, words, flags);
  }
}
