import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsUnpin extends BafCommand {
  static override description = 'Take the pins of services away.';
  static override examples = ['baf ssm tags unpin ui --env prod'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services', required: true }) };
  static override flags = { env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }) };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsUnpin);
    const { unpinTags } = await import('../../../lib/command/tags-pin.js');
    const done = await unpinTags({ ...flags, services: argv as string[] });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
