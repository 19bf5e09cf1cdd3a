import { Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class AccessRequest extends BafCommand {
  static override description =
    'Ask for access to an environment where it is on demand, for a while. Asking again while a request is open changes nothing.';
  static override examples = [
    'baf access request --env prod --for 2h --reason "checkout fails, INC-1234"',
    'baf access request --for 1h --reason INC-1234 --wait',
  ];
  static override flags = {
    env: Flags.string({ description: 'environment (default: the one where access is on demand)', helpValue: 'ENV' }),
    for: Flags.string({ description: 'how long, e.g. 2h', required: true, helpValue: 'TIME' }),
    reason: Flags.string({ description: 'why', required: true, helpValue: 'TEXT' }),
    wait: Flags.boolean({ description: 'wait until it is given or denied' }),
    timeout: Flags.string({ description: 'with --wait: longest time', default: '1h', helpValue: 'TIME' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(AccessRequest);
    const { requestAccess } = await import('../../lib/command/access.js');
    const done = await requestAccess({ ...flags, say: (text) => process.stderr.write(text + '\n') });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
