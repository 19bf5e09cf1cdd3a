/** One service as it is meant to run in one environment: defaults < service < environment. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import { MANAGED, secretName, settingParameter } from '../settings/names.js';
import type { ServiceSpec, StrategyName } from '../model/service.js';
import { settleDeploy } from './deploy-settings.js';
import { settleHooks } from './hook-settings.js';
import type { Project, ServiceInput } from './project.js';

/** @param strategy asked for on the command line, instead of the file's. */
export function resolveService(
  project: Pick<Project, 'services' | 'file'>,
  name: string,
  environment: string,
  strategy: StrategyName | null = null,
): ServiceSpec {
  const service = Object.hasOwn(project.services, name) ? project.services[name] : undefined;
  if (!service) {
    const guess = nearest(name, Object.keys(project.services));
    throw new UserError('ServiceUnknown', {
      message: `There is no service ${name} in ${project.file}.`,
      nextSteps: [...(guess ? [`Did you mean ${guess}?`] : []), `Services: ${Object.keys(project.services).join(', ')}`],
    });
  }
  const environments = service.environments ?? {};
  const over: Partial<ServiceInput> = Object.hasOwn(environments, environment) ? environments[environment]! : {};
  const value = <K extends keyof ServiceInput>(key: K): ServiceInput[K] | undefined => over[key] ?? service[key];
  return {
    name,
    template: service.template,
    image: service.image,
    port: value('port') ?? null,
    health: value('health') ?? null,
    cpu: value('cpu') ?? 256,
    memory: value('memory') ?? 512,
    count: value('count') ?? 1,
    command: value('command') ?? null,
    env: mapValues({ ...service.env, ...over.env }, String),
    settings: mapValues({ ...service.settings, ...over.settings }, (key) =>
      key.startsWith('/') ? key : settingParameter(environment, name, key),
    ),
    secrets: mapValues({ ...service.secrets, ...over.secrets }, (ref) =>
      typeof ref === 'string'
        ? ref
        : `${ref.store === 'secretsmanager' ? MANAGED : ''}${secretName(environment, name, ref.key, ref.store)}`,
    ),
    needs: service.needs ?? [],
    deploy: settleDeploy(service.deploy, over.deploy, strategy),
    hooks: settleHooks(service.deploy, over.deploy),
    discovery: service.discovery ?? null,
    tag: service.tag ?? null,
  };
}

const mapValues = <T>(values: Readonly<Record<string, T>>, to: (value: T) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, to(value)]));
