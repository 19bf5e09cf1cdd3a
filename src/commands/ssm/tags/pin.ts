import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTagsPin extends BafCommand {
  static override description =
    'Hold services at their tag in an environment: promotion, set and deploys of another tag are refused until it is taken away or ends.';
  static override examples = [
    'baf ssm tags pin ui --env prod --reason "1.4.0 leaks"',
    'baf ssm tags pin ui --env prod --tag 1.3.9 --until 2d --reason "holidays"',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services', required: true }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    tag: Flags.string({ description: 'the tag (default: the one it has)', helpValue: 'TAG' }),
    until: Flags.string({ description: 'its end: a time in UTC, or how long', helpValue: 'TIME' }),
    reason: Flags.string({ description: 'why', required: true, helpValue: 'TEXT' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsPin);
    const { pinTags } = await import('../../../lib/command/tags-pin.js');
    const done = await pinTags({ ...flags, services: argv as string[] });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
