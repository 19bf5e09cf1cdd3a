import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';
import { guardFlags, shipFlags } from '../lib/command/guard-flags.js';
import { UserError } from '../lib/errors/user-error.js';

export default class Rollback extends BafCommand {
  static override description = 'Go back to the version that was steady before; never to one that was not.';
  static override examples = [
    'baf rollback ui --env prod',
    'baf rollback ui --env prod --plan',
    'baf rollback ui --env prod --pin --reason "1.4.0 leaks"',
    'baf rollback ui --env prod --to 1.3.9',
    'baf rollback ui catalog --env prod --to-time 2h',
    'baf rollback --all --env prod --to-time 2026-11-19T14:00',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services to roll back' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    to: Flags.string({ description: 'to this tag, which was steady there', helpValue: 'TAG', exclusive: ['to-time'] }),
    'to-time': Flags.string({ description: 'to what was steady then: 2h (ago), 2026-11-19T14:00 (UTC)', helpValue: 'T' }),
    all: Flags.boolean({ description: 'every service, with --to-time', dependsOn: ['to-time'] }),
    force: Flags.boolean({ description: 'with --to: also to a tag that is not known to have been steady', dependsOn: ['to'] }),
    targets: Flags.string({
      description: 'only these targets (account/region, account or region)',
      multiple: true,
      multipleNonGreedy: true,
    }),
    pin: Flags.boolean({
      description: 'hold it there: promotions and deploys of another tag are refused (baf ssm tags unpin ends it)',
    }),
    plan: Flags.boolean({ description: 'show what would change, touch nothing' }),
    'exit-code': Flags.boolean({ description: 'with --plan: exit 6 when there are differences' }),
    ...shipFlags,
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Rollback);
    if (flags.all && argv.length > 0)
      throw new UserError('FlagsExclude', {
        message: `--all is every service: ${argv.join(' ')} is one too many.`,
        nextSteps: ['Name services, or say --all.'],
      });
    if (argv.length === 0 && !flags.all)
      throw new UserError('ServiceMissing', {
        message: 'Name the services to roll back.',
        nextSteps: ['baf rollback SERVICE... --env ENV', 'baf rollback --all --env ENV --to-time T'],
      });
    const { rollBack } = await import('../lib/command/rollback.js');
    const done = await rollBack({ ...flags, services: argv as string[] });
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json;
  }
}
