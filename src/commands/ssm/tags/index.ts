import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTags extends BafCommand {
  static override description = 'List deploy tags over services, environments and targets: which version should run, which does.';
  static override examples = ['baf ssm tags', 'baf ssm tags ui --env prod', 'baf ssm tags --json'];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = { env: Flags.string({ description: 'only these environments', multiple: true, helpValue: 'ENV' }) };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTags);
    const { listTags } = await import('../../../lib/command/tags.js');
    const done = await listTags(argv as string[], flags);
    for (const text of done.warnings) this.note(text);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
