/** From flags to what a command works on: services with their templates, environments, tags. */
import { checkTag } from '../config/checks.js';
import { noBalancer, UNBALANCED } from '../config/deploy-settings.js';
import type { Project } from '../config/project.js';
import { resolveService } from '../config/resolve.js';
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import type { App } from '../app.js';
import type { Environment, Platform } from '../model/platform.js';
import type { ServiceSpec, StrategyName } from '../model/service.js';
import type { Target, Wave } from '../model/target.js';
import type { TemplateFiles } from '../templates/render.js';
import { strategies } from '../rollout/strategies/index.js';
import { loadTemplate } from '../templates/load.js';
import { files } from '../system/files.js';

export function findEnvironment(platform: Platform, name: string): Environment {
  const found = Object.hasOwn(platform.environments, name) ? platform.environments[name] : undefined;
  if (found) return found;
  const guess = nearest(name, Object.keys(platform.environments));
  throw new UserError('EnvironmentUnknown', {
    message: `There is no environment ${name} in ${platform.source}.`,
    nextSteps: [...(guess ? [`Did you mean ${guess}?`] : []), `Environments: ${Object.keys(platform.environments).join(', ')}`],
  });
}

/** The wave targets that `--targets` leaves: names or accounts; an unknown one is refused. */
export function filterWaves(environment: Environment, only: readonly string[]): Wave[] {
  if (only.length === 0) return [...environment.waves];
  const all = environment.waves.flatMap((w) => w.targets);
  const matches = (t: Target, pattern: string) => t.name === pattern || t.account === pattern || t.region === pattern;
  for (const pattern of only)
    if (!all.some((t) => matches(t, pattern)))
      throw new UserError('TargetUnknown', {
        message: `${pattern} is no target of ${environment.name}.`,
        nextSteps: [`Targets: ${all.map((t) => t.name).join(', ')}`],
      });
  return environment.waves
    .map((w) => ({ ...w, targets: w.targets.filter((t) => only.some((p) => matches(t, p))) }))
    .filter((w) => w.targets.length > 0);
}

/** `account/region` with an alias or an id of the platform; the region need not be one of an environment. */
export function findTarget(platform: Platform, text: string): Target {
  const [account = '', region = '', more] = text.split('/');
  if (more !== undefined || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new UserError('TargetInvalid', {
      message: `${text} is not ACCOUNT/REGION.`,
      nextSteps: [`e.g. ${firstTarget(platform)}`],
    });
  const alias = Object.hasOwn(platform.accounts, account)
    ? account
    : Object.entries(platform.accounts).find(([, id]) => id === account)?.[0];
  if (alias !== undefined) return { name: `${alias}/${region}`, account: alias, accountId: platform.accounts[alias]!, region };
  const guess = nearest(account, Object.keys(platform.accounts));
  const known = Object.entries(platform.accounts).map(([name, id]) => `${name} (${id})`);
  throw new UserError('AccountUnknown', {
    message: `${account} is no account of the platform ${platform.name}.`,
    nextSteps: [...(guess ? [`Did you mean: ${guess}`] : []), `Accounts: ${known.join(', ')}`],
  });
}

const firstTarget = (platform: Platform): string =>
  Object.values(platform.environments)[0]?.waves[0]?.targets[0]?.name ?? 'shop-prod/eu-west-1';

/** @param strategy instead of the services' own; refused where one of them cannot have it. */
export function selectServices(
  app: Pick<App, 'project'>,
  names: readonly string[],
  environment: string,
  strategy: StrategyName | null = null,
): ServiceSpec[] {
  const wanted = names.length > 0 ? [...new Set(names)] : Object.keys(app.project.services);
  const services = wanted.map((name) => resolveService(app.project, name, environment, strategy));
  const unfit = strategy && strategies[strategy].shiftsTraffic ? services.filter((s) => UNBALANCED.includes(s.template)) : [];
  if (unfit.length > 0)
    throw new UserError('StrategyUnfit', {
      message: `--strategy ${strategy} does not go with ${unfit.map((s) => s.name).join(', ')}: ${noBalancer(strategy!, unfit[0]!.template)}.`,
      nextSteps: ['Name the services that have a load balancer, or leave --strategy out: each service has its own in baf.yaml.'],
    });
  return services;
}

/** What services say of environments that the platform does not have: a name that is mistyped there changes nothing anywhere. */
export function strayEnvironments(
  project: Pick<Project, 'services' | 'file'>,
  platform: Platform,
  names: readonly string[],
): string[] {
  const known = Object.keys(platform.environments);
  return names.flatMap((name) =>
    Object.keys(project.services[name]?.environments ?? {})
      .filter((environment) => !known.includes(environment))
      .map((environment) => {
        const guess = nearest(environment, known);
        return `${project.file}: services.${name}.environments.${environment} counts nowhere: the platform has no environment ${environment}${guess ? `; did you mean ${guess}?` : ''}`;
      }),
  );
}

/** The environments that a listing is about, all where none is named, and the names of the services. */
export function selectFleet(
  { project, platform }: { readonly project: Project; readonly platform: Platform },
  names: readonly string[],
  only: readonly string[] | undefined,
): { readonly environments: readonly Environment[]; readonly services: readonly string[] } {
  const environments = only?.map((name) => findEnvironment(platform, name)) ?? Object.values(platform.environments);
  return { environments, services: selectServices({ project }, names, environments[0]!.name).map((s) => s.name) };
}

/** The services with the environment's alarms besides their own. */
export const watchedIn = (environment: Pick<Environment, 'alarms'>, services: readonly ServiceSpec[]): ServiceSpec[] =>
  services.map((s) => ({ ...s, deploy: { ...s.deploy, alarms: [...new Set([...s.deploy.alarms, ...environment.alarms])] } }));

/** The services of a staging: without a second target group each, and without waiting for traffic that nobody sends. */
export const selectForStaging = (app: Pick<App, 'project'>, names: readonly string[], environment: string): ServiceSpec[] =>
  selectServices(app, names, environment).map((s) =>
    strategies[s.deploy.strategy].shiftsTraffic ? resolveService(app.project, s.name, environment, 'rolling') : s,
  );

export async function loadTemplates(
  services: readonly ServiceSpec[],
  dirs: readonly string[],
): Promise<Record<string, TemplateFiles>> {
  const names = [...new Set(services.map((s) => s.template))];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await loadTemplate(name, dirs, files)] as const)));
}

/** `--tag 1.4.0` for all the services, or `--tag ui=1.4.0` for one. */
export function parseTags(flags: readonly string[], services: readonly ServiceSpec[]): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const flag of flags) {
    const [left, right] = flag.split('=', 2) as [string, string | undefined];
    const tag = checkTag(right ?? left);
    const named = right === undefined ? services.map((s) => s.name) : [left];
    for (const name of named) {
      if (!services.some((s) => s.name === name))
        throw new UserError('ServiceUnknown', {
          message: `--tag ${flag} names the service ${name}, which is not among those chosen.`,
          nextSteps: [`Services: ${services.map((s) => s.name).join(', ')}`],
        });
      tags[name] = tag;
    }
  }
  return tags;
}
