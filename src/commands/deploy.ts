import { Args, Flags } from '@oclif/core';
import { BafCommand } from '../lib/command/base.js';
import { guardFlags, shipFlags } from '../lib/command/guard-flags.js';
import { UserError } from '../lib/errors/user-error.js';
import { strategyNames } from '../lib/rollout/strategies/index.js';
import type { DeployOutcome } from '../lib/model/outcome.js';

export default class Deploy extends BafCommand {
  static override description =
    'Ship services to the targets of an environment: wave by wave, watched, and brought back when it goes wrong.';
  static override examples = [
    'baf deploy ui catalog --env prod --tag 1.4.0',
    'baf deploy --all --env staging',
    'baf deploy ui --env prod --tag 1.4.0 --plan',
  ];
  static override strict = false;
  static override args = { service: Args.string({ ignoreStdin: true, description: 'services to deploy' }) };
  static override flags = {
    env: Flags.string({ description: 'environment', required: true, helpValue: 'ENV' }),
    tag: Flags.string({
      description: 'tag for all the services, or SERVICE=TAG',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TAG',
    }),
    all: Flags.boolean({ description: 'all services of the project' }),
    targets: Flags.string({
      description: 'only these targets (account/region, account or region)',
      multiple: true,
      multipleNonGreedy: true,
    }),
    plan: Flags.boolean({ description: 'show what would change, touch nothing' }),
    'exit-code': Flags.boolean({ description: 'with --plan: exit 6 when there are differences' }),
    strategy: Flags.option({ options: [...strategyNames] })({
      description: "how new versions come in, instead of the services' own strategy",
    }),
    'max-failures': Flags.string({
      description: 'rollouts that may fail (2, or 10%) before nothing new is started',
      default: '0',
      helpValue: 'N|N%',
    }),
    parallel: Flags.integer({ description: 'most rollouts at once (default: all of a wave)', min: 1 }),
    ...shipFlags,
    'on-failure': Flags.option({ options: ['rollback', 'stop'] as const, default: 'rollback' as const })({
      description: 'what to do when a rollout fails',
    }),
    ...guardFlags,
  };

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Deploy);
    const names = argv as string[];
    if (names.length === 0 && !flags.all)
      throw new UserError('ServiceMissing', {
        message: 'Name the services to deploy, or say --all.',
        nextSteps: ['baf deploy SERVICE... --env ENV', 'baf deploy --all --env ENV'],
      });
    if (names.length > 0 && flags.all)
      throw new UserError('FlagsExclude', {
        message: `--all together with ${names.join(', ')}: it is either all services of the project, or those that are named.`,
        nextSteps: [`baf deploy ${names.join(' ')} --env ${flags.env}`, `baf deploy --all --env ${flags.env}`],
      });
    if (flags['exit-code'] && !flags.plan)
      throw new UserError('PlanMissing', {
        message: '--exit-code says whether something would change, and without --plan it is changed.',
        nextSteps: ['Add --plan, or leave --exit-code out.'],
      });
    const { deployServices } = await import('../lib/command/deploy.js');
    const done = await deployServices({ ...flags, services: flags.all ? [] : names, json: this.jsonEnabled() });
    if (!this.jsonEnabled()) process.stdout.write(done.text + '\n');
    process.exitCode = done.exitCode;
    return done.json as { deploy: DeployOutcome };
  }
}
