/** Finds and reads baf.yaml: in the folder given, or above it. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import { fargateProblem } from './checks.js';
import { projectDefinition, projectKeys, type ProjectFile, type ServiceInput } from './definition-project.js';
import { check, problems, readYaml } from './document.js';
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
  const source = readYaml(text, name);
  const file: ProjectFile = check(source, projectDefinition, projectKeys);
  const found = Object.entries(file.services).flatMap(([service, input]) => checkService(service, input, file));
  if (found.length > 0) throw problems(source, found);
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

function checkService(name: string, input: ServiceInput, file: ProjectFile): Problem[] {
  const base = ['services', name];
  const found: Problem[] = [];
  if (/:[\w.-]+$/.test(input.image ?? '') && !/:\d+\//.test(input.image ?? ''))
    found.push({
      path: [...base, 'image'],
      message: `${input.image} has a tag; give the repository only, and the tag as tag: or --tag`,
    });
  if (input.template === 'web-service')
    for (const key of ['port', 'health'] as const)
      if (input[key] === undefined) found.push({ path: base, atKey: true, message: `a web-service needs ${key}` });
  for (const [environment, over] of [[null, {}], ...Object.entries(input.environments ?? {})] as [
    string | null,
    ServiceInput,
  ][]) {
    const problem = fargateProblem(over.cpu ?? input.cpu ?? 256, over.memory ?? input.memory ?? 512);
    const here = environment === null ? base : [...base, 'environments', environment];
    if (problem)
      found.push({
        path: [...here, over.memory !== undefined || (environment === null && input.memory !== undefined) ? 'memory' : 'cpu'],
        message: problem,
      });
  }
  for (const [index, need] of (input.needs ?? []).entries()) {
    if (file.services[need]) continue;
    const guess = nearest(need, Object.keys(file.services));
    found.push({
      path: [...base, 'needs', index],
      message: `there is no service ${need}${guess ? `; did you mean ${guess}?` : ''}; services: ${Object.keys(file.services).join(', ')}`,
    });
  }
  const cycle = cycleFrom(name, file);
  if (cycle) found.push({ path: [...base, 'needs'], message: `services need each other in a circle: ${cycle.join(' -> ')}` });
  return found;
}

/** The way from a service back to itself, told once: by the first of its names. */
function cycleFrom(start: string, file: ProjectFile): string[] | null {
  const walk = (at: string, way: string[]): string[] | null => {
    for (const next of file.services[at]?.needs ?? []) {
      if (next === start) return [...way, next];
      if (way.includes(next)) continue;
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return null;
  };
  const cycle = walk(start, [start]);
  return cycle && [...cycle].sort()[0] === start ? cycle : null;
}
