import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessShow extends BafCommand {
  static override description = 'Show a request for access, with all that was done with it.';
  static override examples = ['baf access show ana-3'];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'id of the request', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(AccessShow);
    const { showAccess } = await import('../../lib/command/access.js');
    const done = await showAccess(args.id, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
