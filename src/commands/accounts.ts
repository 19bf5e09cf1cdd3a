import { BafCommand } from '../lib/command/base.js';

export default class Accounts extends BafCommand {
  static override description = 'List the accounts of the platform, and which of their roles you may assume.';
  static override examples = ['baf accounts', 'baf accounts --json'];

  async run(): Promise<object> {
    const { flags } = await this.parse(Accounts);
    const { showAccounts } = await import('../lib/command/accounts.js');
    const done = await showAccounts(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
