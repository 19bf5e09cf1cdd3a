import { BafCommand } from '../lib/command/base.js';

export default class Logout extends BafCommand {
  static override description = 'Sign out at IAM Identity Center, for the aws command line and the SDKs as well.';
  static override examples = ['baf logout'];

  async run(): Promise<object> {
    const { flags } = await this.parse(Logout);
    const { logOut } = await import('../lib/command/login.js');
    const done = await logOut(flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
