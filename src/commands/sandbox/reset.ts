import { BafCommand } from '../../lib/command/base.js';

export default class SandboxReset extends BafCommand {
  static override description = "Throw the state of this project's embedded AWS away.";
  static override examples = ['baf sandbox reset'];

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxReset);
    const { sandboxReset } = await import('../../lib/command/sandbox.js');
    const done = await sandboxReset(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
