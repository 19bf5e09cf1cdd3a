/** Who acts, as access on demand has to know it, and where an environment's records and roles are. */
import type { App } from '../app.js';
import type { PolicyDocument } from '../access/policy.js';
import type { AccessPlace } from '../engine/access.js';
import type { AccessRoles } from '../engine/access-policies.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { isSandboxUser, personOf } from '../identity/person.js';
import { homeOf } from '../model/home.js';
import type { AccessRules, Environment, Platform } from '../model/platform.js';
import { sourceIdentity } from '../model/source-identity.js';
import { findEnvironment } from './select.js';

export interface Person {
  readonly name: string;
  /** Whether AWS says so; in the sandbox, without a login, there is only the user's word. */
  readonly proven: boolean;
}

export async function whoAsks(app: Pick<App, 'aws' | 'endpoint' | 'actor'>): Promise<Person> {
  const { arn } = await app.aws.caller();
  if (app.endpoint && isSandboxUser(arn)) return { name: sourceIdentity(app.actor), proven: false };
  const name = personOf(arn);
  if (name !== null) return { name, proven: true };
  throw new UserError('NoPerson', {
    message: `${arn} names no person: access on demand is given to somebody.`,
    nextSteps: [
      'Sign in as yourself: baf login; baf whoami says who you are.',
      'A profile that assumes a role names you with role_session_name.',
    ],
    exitCode: ExitCode.denied,
  });
}

export const UNPROVEN = 'In the sandbox, without a login, your word is taken for who you are (BAF_ACTOR, or the login name).';

/** The environment that is meant: by name, or the only one where access is on demand. */
export function onDemand(platform: Platform, name: string | undefined): Environment {
  const all = Object.values(platform.environments).filter((e) => e.access === 'on-demand');
  if (name === undefined && all.length === 1) return all[0]!;
  if (name === undefined)
    throw new UserError('EnvironmentMissing', {
      message:
        all.length === 0
          ? `No environment of ${platform.source} has access on demand.`
          : `Several environments have access on demand: ${all.map((e) => e.name).join(', ')}.`,
      nextSteps: all.length === 0 ? ['People need no request: deploy.'] : [`Name one: --env ${all[0]!.name}`],
    });
  const environment = findEnvironment(platform, name);
  if (environment.access === 'on-demand') return environment;
  throw new UserError('AccessStanding', {
    message: `Access to ${name} is not on demand: there is nothing to ask for.`,
    nextSteps: all.length > 0 ? [`On demand: ${all.map((e) => e.name).join(', ')}`] : ['Deploy.'],
  });
}

export const placeOf = (environment: Environment): AccessPlace => ({
  environment: environment.name,
  home: homeOf(environment),
});

export const rulesOf = (platform: Platform): AccessRules => platform.access ?? { approvers: [], maxForMs: 0 };

export async function rolesOf(platform: Platform, environment: Environment): Promise<AccessRoles> {
  const targets = environment.waves.flatMap((w) => w.targets);
  const { default: deploying } = await import('../../../docs/policies/baf-deploy.json', { with: { type: 'json' } });
  return {
    ...placeOf(environment),
    accounts: targets.filter((t, index) => targets.findIndex((other) => other.accountId === t.accountId) === index),
    role: platform.identity.role.split('/').at(-1)!,
    roleArn: platform.identity.role.replace('{account}', '*'),
    deploying: deploying as unknown as PolicyDocument,
  };
}
