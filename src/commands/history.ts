import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class History extends BafCommand {
  static override description = 'Past deploys of an environment: who, when, what, how long, how it ended.';
  static override examples = ['baf history --env prod', 'baf history ui --env prod --limit 5 --json'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only deploys of these services' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    limit: Flags.integer({ description: 'at most so many, the newest', default: 20 }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(History);
    const { showHistory } = await import('../lib/command/history.js');
    const done = await showHistory(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    return done.json;
  }
}
