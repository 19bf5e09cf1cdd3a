import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsPins extends BafCommand {
  static override description = 'List what is pinned: to which tag, by whom, until when and why.';
  static override examples = ['baf ssm tags pins', 'baf ssm tags pins --env prod'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsPins);
    const { listPins } = await import('../../../lib/command/tags-pins.js');
    const done = await listPins(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
