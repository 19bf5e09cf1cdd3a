import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Watch extends BafCommand {
  static override description =
    'Attach to a deploy that runs elsewhere, and see it to its end. Ctrl-C only stops looking. Exits as the deploy does.';
  static override examples = ['baf watch --env prod', 'baf watch d-20261119140000-k3x9 --env prod'];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'the deploy; default: the newest that runs' }) };
  static override flags = { env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }) };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Watch);
    const { watchOne } = await import('../lib/command/watch.js');
    const done = await watchOne(args.id ?? null, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
