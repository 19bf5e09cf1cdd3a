import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Cancel extends BafCommand {
  static override description = 'Stop a deploy and bring back what it has changed, also where its process is gone.';
  static override examples = ['baf cancel --env prod', 'baf cancel d-20261119140000-k3x9 --env prod'];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'the deploy; default: the newest that runs' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    timeout: Flags.string({ description: 'longest time for one rollout on the way back, e.g. 20m', default: '30m' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Cancel);
    const { cancelOne } = await import('../lib/command/cancel.js');
    const done = await cancelOne(args.id ?? null, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
