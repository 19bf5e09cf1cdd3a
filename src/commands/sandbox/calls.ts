import { BafCommand } from '../../lib/command/base.js';

export default class SandboxCalls extends BafCommand {
  static override description = 'Count the API calls that the embedded AWS has answered.';
  static override examples = ['baf sandbox calls'];

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxCalls);
    const { sandboxCalls } = await import('../../lib/command/sandbox.js');
    const done = await sandboxCalls(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
