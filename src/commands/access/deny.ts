import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessDeny extends BafCommand {
  static override description = 'Answer a request with no.';
  static override examples = ['baf access deny ana-3 --reason "not during the freeze"'];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'id of the request', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
    reason: Flags.string({ description: 'why', helpValue: 'TEXT' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(AccessDeny);
    const { denyAccess } = await import('../../lib/command/access-decide.js');
    const done = await denyAccess(args.id, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
