import { Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultClock extends BafCommand {
  static override description = "Set the embedded AWS's clock apart from the caller's: signatures of another time are refused.";
  static override examples = ['baf sandbox fault clock --skew 10m', 'baf sandbox fault clock --skew -10m'];
  static override flags = {
    skew: Flags.string({ description: 'how far ahead, e.g. 10m or -1h', helpValue: 'DURATION', required: true }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxFaultClock);
    const { faultClock } = await import('../../../lib/command/faults.js');
    const done = await faultClock(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
