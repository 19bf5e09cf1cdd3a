import { Args } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class SandboxIam extends BafCommand {
  static override description =
    'Enforce IAM in the embedded AWS, or not; without on or off, say whether it is and which actions roles asked for.';
  static override examples = ['baf sandbox iam on', 'baf sandbox iam --json'];
  static override args = {
    to: Args.string({
      ignoreStdin: true,
      description: 'whether roles may do only what their policies say',
      options: ['on', 'off'],
    }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SandboxIam);
    const { sandboxIam } = await import('../../lib/command/iam.js');
    const done = await sandboxIam((args.to as 'on' | 'off' | undefined) ?? null, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
