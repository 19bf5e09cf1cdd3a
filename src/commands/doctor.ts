import { BafCommand } from '../lib/command/base.js';

export default class Doctor extends BafCommand {
  static override description = 'Check the set-up: machine, files, identity and every target, with the fix for each finding.';
  static override examples = ['baf doctor', 'baf doctor --json', 'baf doctor --platform ssm:/baf/platform-file'];

  async run(): Promise<object> {
    const { flags } = await this.parse(Doctor);
    const { examine } = await import('../lib/command/doctor.js');
    const done = await examine(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
