import { Args } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultClear extends BafCommand {
  static override description = 'Clear one fault of the embedded AWS, or all.';
  static override examples = ['baf sandbox fault clear', 'baf sandbox fault clear f2'];
  static override args = {
    id: Args.string({ ignoreStdin: true, description: 'as `baf sandbox fault ls` shows it (default: all)' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SandboxFaultClear);
    const { clearFaults } = await import('../../../lib/command/faults.js');
    const done = await clearFaults(args.id, flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
