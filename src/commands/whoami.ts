import { BafCommand } from '../lib/command/base.js';

export default class WhoAmI extends BafCommand {
  static override description = 'Say who you are for AWS, until when, and where that came from.';
  static override examples = ['baf whoami', 'baf whoami --json'];

  async run(): Promise<object> {
    const { flags } = await this.parse(WhoAmI);
    const { whoAmI } = await import('../lib/command/identity.js');
    const done = await whoAmI(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
