import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessApprove extends BafCommand {
  static override description =
    'Give access for as long as was asked, in every account of the environment. Several requests that are approved together share a policy.';
  static override examples = ['baf access approve ana-3 --env prod', 'baf access approve ana-3 ben-1 eve-2'];
  static override strict = false;
  static override args = { id: Args.string({ ignoreStdin: true, description: 'id of the request', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(AccessApprove);
    const { approveAccess } = await import('../../lib/command/access-decide.js');
    const done = await approveAccess(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
