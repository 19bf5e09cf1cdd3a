import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Continue extends BafCommand {
  static override description = 'Answer a rollout that is paused: it goes on, or goes back.';
  static override examples = ['baf continue ui --env prod', 'baf continue ui --env prod --back'];
  static override args = { service: Args.string({ ignoreStdin: true, required: true, description: 'service' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets (account/region, account or region)',
      multiple: true,
      multipleNonGreedy: true,
    }),
    back: Flags.boolean({ description: 'go back instead' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Continue);
    const { continueRollouts } = await import('../lib/command/continue.js');
    const done = await continueRollouts(args.service, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
