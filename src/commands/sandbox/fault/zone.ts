import { Args } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultZone extends BafCommand {
  static override description = 'Take an availability zone of a target away: its tasks stop, and none starts there.';
  static override examples = ['baf sandbox fault zone shop-prod/eu-west-1/eu-west-1a'];
  static override args = {
    zone: Args.string({ ignoreStdin: true, description: 'ACCOUNT/REGION/ZONE', required: true }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SandboxFaultZone);
    const { faultZone } = await import('../../../lib/command/faults.js');
    const done = await faultZone(args.zone, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
