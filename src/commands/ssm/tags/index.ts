import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';

export default class SsmTags extends BafCommand {
  static override description = 'List deploy tags over services, environments and targets: which version should run, which does.';
  static override examples = [
    'baf ssm tags',
    'baf ssm tags ui --env prod',
    'baf ssm tags --state drifted --state foreign',
    'baf ssm tags --at 2h',
    'baf ssm tags --csv > tags.csv',
    'baf ssm tags --watch',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'only these services' }) };
  static override flags = {
    env: Flags.string({ description: 'only these environments', multiple: true, multipleNonGreedy: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    state: Flags.string({
      description: 'only rows in these states',
      multiple: true,
      multipleNonGreedy: true,
      options: ['in-sync', 'rolling', 'drifted', 'foreign', 'missing', 'denied', 'unreadable'],
    }),
    at: Flags.string({ description: 'as it was at that time (UTC), or so long ago: 2026-11-19T14:00, 2h', helpValue: 'TIME' }),
    desired: Flags.boolean({ description: 'only what should run: fewer calls, no states' }),
    wide: Flags.boolean({ description: 'a line for each target, with everything' }),
    csv: Flags.boolean({ description: 'as CSV, with everything', exclusive: ['wide'] }),
    watch: Flags.boolean({ description: 'show it again whenever it changed, until Ctrl-C' }),
    interval: Flags.string({ description: 'how often --watch looks', default: '5s', helpValue: 'TIME' }),
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTags);
    const { listTags } = await import('../../../lib/command/tags.js');
    const done = await listTags(argv as string[], { ...flags, json: this.jsonEnabled() });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
