import { BafCommand } from '../../../lib/command/base.js';

export default class SandboxFaultCredentials extends BafCommand {
  static override description = 'Let every role session that the embedded AWS handed out expire now.';
  static override examples = ['baf sandbox fault credentials'];

  async run(): Promise<object> {
    const { flags } = await this.parse(SandboxFaultCredentials);
    const { faultCredentials } = await import('../../../lib/command/faults.js');
    const done = await faultCredentials(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
