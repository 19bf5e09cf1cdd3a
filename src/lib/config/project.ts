/** Finds and reads baf.yaml: in the folder given, or above it. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import { fargateProblem } from './checks.js';
import { ENDS_LIKE_ARN } from '../settings/names.js';
import { deployProblems, UNBALANCED } from './deploy-settings.js';
import { hookProblems } from './hook-settings.js';
import { projectDefinition, projectKeys, serviceDefinition, type ProjectFile, type ServiceInput } from './definition-project.js';
import { check, readYaml } from './document.js';
import { joinPath, parentOf, type Files } from './path.js';
import type { Problem } from './problem.js';

export type { ServiceInput };
export interface Project {
  readonly name: string;
  /** Folder of the file. */
  readonly dir: string;
  readonly file: string;
  readonly platformRef: string | null;
  readonly services: Readonly<Record<string, ServiceInput & { readonly image: string }>>;
}

const NAMES = ['baf.yaml', 'baf.yml'];
/** Values of `env`, wherever it stands. */
const ENV_VALUES = /^services\.[^.]+(\.environments\.[^.]+)?\.env\./;

export async function readProject(dir: string, files: Pick<Files, 'read'>): Promise<Project> {
  for (let at = dir; ; at = parentOf(at)) {
    for (const name of NAMES) {
      const text = await files.read(joinPath(at, name));
      if (text !== null) return parseProject(text, at, name);
    }
    if (parentOf(at) === at) break;
  }
  throw new UserError('ProjectMissing', {
    message: `There is no baf.yaml in ${dir} or above it.`,
    nextSteps: ['Run baf in the folder of a project, or name it: -C DIR'],
  });
}

export function parseProject(text: string, dir: string, name: string): Project {
  const source = readYaml(text, name, ENV_VALUES);
  const file: ProjectFile = check(source, projectDefinition, projectKeys, checkServices);
  return {
    name: file.project,
    dir,
    file: name,
    platformRef: file.platform ?? null,
    services: Object.fromEntries(
      Object.entries(file.services).map(([key, input]) => [key, { ...input, image: input.image ?? key }]),
    ),
  };
}

type Services = Readonly<Record<string, ServiceInput>>;

/** What the definition cannot tell, of every service that is one: in a file with other findings the rest is still checked. */
function checkServices(value: unknown, valid: boolean): Problem[] {
  const all = (value as { services?: unknown } | null)?.services;
  if (typeof all !== 'object' || all === null || Array.isArray(all)) return [];
  const good = Object.fromEntries(
    Object.entries(all).filter(([, input]) => valid || serviceDefinition.safeParse(input).success),
  ) as Services;
  return Object.entries(good).flatMap(([name, input]) => checkService(name, input, good, Object.keys(all)));
}

function checkService(name: string, input: ServiceInput, services: Services, names: readonly string[]): Problem[] {
  const base = ['services', name];
  const found: Problem[] = [];
  const extra = /[:@]/.exec(input.image?.split('/').at(-1) ?? '')?.[0];
  if (extra)
    found.push({
      path: [...base, 'image'],
      message: `${input.image} has a ${extra === '@' ? 'digest' : 'tag'}; give the repository only, and the tag as tag: or --tag`,
    });
  if (input.template === 'web-service')
    for (const key of ['port', 'health'] as const)
      if (input[key] === undefined) found.push({ path: base, atKey: true, message: `a web-service needs ${key}` });
  found.push(...checkSettings(base, input, input));
  const deploys = [
    { path: [...base, 'deploy'], part: input.deploy, under: undefined, port: input.port },
    ...Object.entries(input.environments ?? {}).map(([environment, over]) => ({
      path: [...base, 'environments', environment, 'deploy'],
      part: over.deploy,
      under: input.deploy,
      port: over.port ?? input.port,
    })),
  ];
  for (const { path, part, under, port } of deploys) {
    if (!part) continue;
    found.push(...deployProblems(path, part, under, input.template));
    found.push(...hookProblems(path, part, unreachable(input.template, port)));
  }
  for (const [environment, over] of Object.entries(input.environments ?? {})) {
    const path = [...base, 'environments', environment];
    found.push(...checkSettings(path, over, input));
  }
  for (const [index, need] of (input.needs ?? []).entries()) {
    if (names.includes(need)) continue;
    const guess = nearest(need, names);
    found.push({
      path: [...base, 'needs', index],
      message: `there is no service ${need}${guess ? `; did you mean ${guess}?` : ''}; services: ${names.join(', ')}`,
    });
  }
  const cycle = cycleFrom(name, services);
  if (cycle) found.push({ path: [...base, 'needs'], message: `services need each other in a circle: ${cycle.join(' -> ')}` });
  return found;
}

/** Why no smoke check can ask the service, or null. */
const unreachable = (template: string, port: number | undefined): string | null =>
  UNBALANCED.includes(template)
    ? `a ${template} has no host to ask; use run, or the template web-service`
    : port === undefined
      ? 'an http check needs a port; add port'
      : null;

type Settings = Pick<ServiceInput, 'cpu' | 'memory' | 'port' | 'health' | 'env' | 'settings' | 'secrets'>;
/** What gives environment variables. */
const VARIABLES = ['env', 'settings', 'secrets'] as const;

/** Settings that do not go together, at the part (the service itself, or an environment of it) which brings them together. */
function checkSettings(path: readonly string[], part: Settings, service: Settings): Problem[] {
  const found: Problem[] = [];
  const itself = part === service;
  if (itself || part.cpu !== undefined || part.memory !== undefined) {
    const problem = fargateProblem(part.cpu ?? service.cpu ?? 256, part.memory ?? service.memory ?? 512);
    if (problem) found.push({ path: [...path, part.memory !== undefined ? 'memory' : 'cpu'], message: problem });
  }
  if (part.health !== undefined && (part.port ?? service.port) === undefined)
    found.push({ path: [...path, 'health'], message: 'a health path needs a port; add port' });
  for (const own of VARIABLES)
    for (const other of VARIABLES.filter((kind) => kind !== own)) {
      const taken = { ...service[other], ...part[other] };
      // Told once, at the first of the two where both are in this part.
      const told = VARIABLES.indexOf(other) < VARIABLES.indexOf(own) ? (part[other] ?? {}) : {};
      const both = VARIABLES.filter((kind) => kind === own || kind === other).join(' and ');
      for (const key of Object.keys(part[own] ?? {}))
        if (Object.hasOwn(taken, key) && !Object.hasOwn(told, key))
          found.push({ path: [...path, own, key], atKey: true, message: `${key} is in both ${both}; keep one of them` });
    }
  for (const [variable, ref] of Object.entries(part.secrets ?? {}))
    if (typeof ref !== 'string' && ref.store === 'secretsmanager' && ENDS_LIKE_ARN.test(ref.key))
      found.push({
        path: [...path, 'secrets', variable, 'key'],
        message: `${ref.key} ends with - and six characters, as ARNs of Secrets Manager do; write ${ref.key.replace(/-(?=[^-]*$)/, '_')}`,
      });
  return found;
}

/** The way from a service back to itself, told once: by the first of its names. */
function cycleFrom(start: string, services: Services): string[] | null {
  const seen = new Set<string>();
  const walk = (at: string, way: readonly string[]): string[] | null => {
    for (const next of Object.hasOwn(services, at) ? (services[at]!.needs ?? []) : []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return null;
  };
  const cycle = walk(start, [start]);
  return cycle && [...cycle].sort()[0] === start ? cycle : null;
}
