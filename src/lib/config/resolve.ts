/** One service as it is meant to run in one environment: defaults < service < environment. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import type { ServiceSpec } from '../model/service.js';
import type { Project, ServiceInput } from './project.js';

export function resolveService(project: Pick<Project, 'services' | 'file'>, name: string, environment: string): ServiceSpec {
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
  const strategy = over.deploy?.strategy ?? service.deploy?.strategy ?? 'rolling';
  const [least, most] = strategy === 'all-at-once' ? [0, 100] : [100, 200];
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
    env: texts({ ...service.env, ...over.env }),
    secrets: { ...service.secrets, ...over.secrets },
    needs: service.needs ?? [],
    deploy: {
      strategy,
      minimumHealthyPercent: over.deploy?.minimumHealthyPercent ?? service.deploy?.minimumHealthyPercent ?? least!,
      maximumPercent: over.deploy?.maximumPercent ?? service.deploy?.maximumPercent ?? most!,
    },
    discovery: service.discovery ?? null,
    tag: service.tag ?? null,
  };
}

const texts = (values: Readonly<Record<string, string | number | boolean>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
