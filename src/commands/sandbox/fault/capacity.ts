import { Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultCapacity extends BafCommand {
  static override description = 'Let only so many tasks run in a target, or in one of its zones.';
  static override examples = [
    'baf sandbox fault capacity --target shop-prod/eu-west-1 --tasks 2',
    'baf sandbox fault capacity --target shop-prod/eu-west-1/eu-west-1a --tasks 0',
  ];
  static override flags = {
    target: Flags.string({ description: 'where; with /ZONE for one zone', helpValue: 'ACCOUNT/REGION', required: true }),
    tasks: Flags.integer({ description: 'tasks that may run at once; 0: none', min: 0, helpValue: 'N', required: true }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxFaultCapacity);
    const { faultCapacity } = await import('../../../lib/command/faults.js');
    const done = await faultCapacity(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
