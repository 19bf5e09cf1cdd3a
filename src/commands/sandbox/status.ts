import { BafCommand } from '../../lib/command/base.js';

export default class SandboxStatus extends BafCommand {
  static override description = 'Say where the embedded AWS of this project is and what it holds.';
  static override examples = ['baf sandbox status'];

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxStatus);
    const { sandboxStatus } = await import('../../lib/command/sandbox.js');
    const done = await sandboxStatus(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
