import { BafCommand } from '../../lib/command/base.js';

export default class StagingLs extends BafCommand {
  static override description = 'List stagings with their owners and expiry.';
  static override examples = ['baf staging ls'];

  async run(): Promise<object> {
    const { flags } = await this.parse(StagingLs);
    const { lsStagings } = await import('../../lib/command/staging.js');
    const done = await lsStagings(flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
