import { Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Login extends BafCommand {
  static override description =
    'Sign in at IAM Identity Center, once for all accounts; the login is shared with the aws command line and the SDKs.';
  static override examples = ['baf login', 'baf login --device', 'AWS_PROFILE=acme baf login --no-browser'];
  static override flags = {
    device: Flags.boolean({
      description: 'by a code that is allowed in any browser (by itself under SSH, WSL and in containers)',
      allowNo: true,
    }),
    browser: Flags.boolean({ description: 'open a browser; the address is shown in any case', default: true, allowNo: true }),
    force: Flags.boolean({ description: 'sign in anew, also where the login lasts' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(Login);
    const { logIn } = await import('../lib/command/login.js');
    const done = await logIn(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
