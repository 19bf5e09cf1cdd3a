import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessRevoke extends BafCommand {
  static override description = "Take a request, or the access that was given, back at once: yours, or as an approver anybody's.";
  static override examples = ['baf access revoke ana-3', "baf access revoke ana-3 --reason 'the incident is over'"];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'id of the request', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
    reason: Flags.string({ description: 'why', helpValue: 'TEXT' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(AccessRevoke);
    const { revokeAccess } = await import('../../lib/command/access-decide.js');
    const done = await revokeAccess(args.id, flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
