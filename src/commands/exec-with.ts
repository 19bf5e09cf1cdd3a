import { Args } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class ExecWith extends BafCommand {
  static override description = "Run a command with the credentials of the platform's role in a target.";
  static override examples = ['baf exec-with shop-prod/eu-west-1 -- aws ecs list-services --cluster baf'];
  static override usage = ['exec-with ACCOUNT/REGION -- COMMAND...'];
  static override enableJsonFlag = false;
  static override args = { target: Args.string({ ignoreStdin: true, description: 'ACCOUNT/REGION', required: true }) };

  async run(): Promise<void> {
    // What follows -- belongs to the command, flags and all; oclif forgets it when it parses the rest.
    const at = this.argv.indexOf('--');
    const [own, words] = at < 0 ? [this.argv, []] : [this.argv.slice(0, at), this.argv.slice(at + 1)];
    const { args, flags } = await this.parse(ExecWith, own);
    const { execWith } = await import('../lib/command/identity.js');
    process.exitCode = await execWith(args.target, words, flags);
  }
}
