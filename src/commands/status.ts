import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';

export default class Status extends BafCommand {
  static override description = 'What runs where in an environment.';
  static override examples = ['baf status --env prod', 'baf status ui --env prod --json'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = { env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }) };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Status);
    const { showStatus } = await import('../lib/command/status.js');
    const done = await showStatus(argv as string[], flags);
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
