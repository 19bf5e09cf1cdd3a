import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../../../lib/command/base.js';
import { guardFlags } from '../../../lib/command/guard-flags.js';

export default class SsmTagsPromote extends BafCommand {
  static override description =
    'Bring the tags of one environment to another, as they are now at the source; deploy them with --deploy, or leave that to the pipeline.';
  static override examples = [
    'baf ssm tags promote ui --from staging --to prod',
    'baf ssm tags promote --all --to prod --plan',
    'baf ssm tags promote --resume --to prod',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services' }) };
  static override flags = {
    from: Flags.string({ description: 'where from (default: promoteFrom of the platform file)', helpValue: 'ENV' }),
    to: Flags.string({ description: 'where to', required: true, helpValue: 'ENV' }),
    targets: Flags.string({
      description: 'only these targets: names, accounts or regions',
      multiple: true,
      multipleNonGreedy: true,
    }),
    all: Flags.boolean({ description: 'every service that has a tag there; pinned ones are left out' }),
    resume: Flags.boolean({ description: 'finish the promotion that was cut off', exclusive: ['all', 'from', 'at', 'targets'] }),
    plan: Flags.boolean({ description: 'only show what would be written' }),
    deploy: Flags.boolean({ description: 'deploy them when all are written' }),
    at: Flags.string({ description: 'as it was at that time (UTC), or so long ago: 2026-11-19T14:00, 2h', helpValue: 'TIME' }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(SsmTagsPromote);
    const { promoteTags } = await import('../../../lib/command/tags-promote.js');
    const done = await promoteTags({ ...flags, services: argv as string[] });
    await this.noteAll(done.warnings);
    if (!this.jsonEnabled() && done.text !== '') process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
