import { Args, Flags } from '@oclif/core';
import { IMAGE_OUTCOMES } from '../../../lib/model/faults.js';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultImage extends BafCommand {
  static override description = 'Make an image fail in the embedded AWS, to rehearse what a deploy then does.';
  static override examples = ['baf sandbox fault image retail-store-sample-ui:1.5.0 --outcome exits'];
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'REPOSITORY:TAG', required: true }),
  };
  static override flags = {
    outcome: Flags.option({ options: IMAGE_OUTCOMES, required: true as const })({
      description: 'what happens to a container of it',
    }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SandboxFaultImage);
    const { faultImage } = await import('../../../lib/command/faults.js');
    const done = await faultImage(args.name, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
