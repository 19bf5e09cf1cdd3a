import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultLs extends BafCommand {
  static override description = 'List the faults of the embedded AWS.';
  static override examples = ['baf sandbox fault ls'];

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxFaultLs);
    const { listFaults } = await import('../../../lib/command/faults.js');
    const done = await listFaults(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
