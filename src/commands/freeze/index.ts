import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../lib/command/base.js';

export default class Freeze extends BafCommand {
  static override description = 'Freeze an environment, or services in it: nothing is deployed there until it is over.';
  static override examples = [
    'baf freeze --env prod --reason "Christmas" --until "2027-01-07 06:00"',
    'baf freeze ui --env prod --reason INC-1234 --until 4h',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services to freeze (default: all)' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    reason: Flags.string({ description: 'why; shown to those who are refused', required: true, helpValue: 'TEXT' }),
    until: Flags.string({
      description: 'end: 3d, 2026-12-24T18:00Z, or "2026-12-24 18:00" (default: until it is ended)',
      helpValue: 'TIME',
    }),
    zone: Flags.string({ description: "time zone of --until (default: this machine's)", helpValue: 'ZONE' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Freeze);
    const { freezeServices } = await import('../../lib/command/freeze.js');
    const done = await freezeServices(argv as string[], flags);
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
