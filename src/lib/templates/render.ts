/** Renders a template's three files: Liquid in strict mode first, YAML then. Pure: files and values in, values out. */
import { Liquid, type Template } from 'liquidjs';
import { YAMLParseError } from 'yaml';
import { UserError } from '../errors/user-error.js';
import type { PlatformOffer } from '../model/offer.js';
import type { ServiceSpec } from '../model/service.js';
import type { Target } from '../model/target.js';
import { arnOfReference } from '../settings/names.js';
import { strategies } from '../rollout/strategies/index.js';
import { executionRole } from './execution-role.js';
import { jsonInto, valueOfDraft, type Draft } from './shape.js';

/** A template's folder as texts. `stack` is null where a template needs no infrastructure of its own. */
export interface TemplateFiles {
  readonly name: string;
  readonly dir: string;
  readonly about: string;
  readonly taskDefinition: string;
  readonly service: string;
  readonly stack: string | null;
}

export interface TemplateValues {
  readonly service: ServiceSpec;
  readonly project: string;
  readonly environment: string;
  readonly staging: string | null;
  readonly target: Target;
  readonly offer: PlatformOffer;
  readonly tag: string;
  readonly digest: string | null;
  /** Image with its tag; empty while only the stack is rendered. */
  readonly imageUri: string;
  /** Host name of a service with a port. */
  readonly host: string | null;
  /** Outputs of the service's stack; empty before it exists. */
  readonly stackOutputs: Readonly<Record<string, string>>;
  /** How traffic is shared out now, where the service runs; left out where it does not. */
  readonly traffic?: LiveTraffic;
}

/** What of a running service's traffic its templates have to know, so that rendering them anew moves none. */
export interface LiveTraffic {
  /** The service has two target groups already: it keeps them, whatever its strategy. */
  readonly paired: boolean;
  /** The target group to which production traffic goes: the stack's first, or its alternate one. */
  readonly serving: 'first' | 'alternate';
}

export interface Rendered {
  readonly taskDefinition: Record<string, unknown>;
  readonly service: Record<string, unknown>;
  readonly stack: Record<string, unknown> | null;
}

/** Strings of the text that is being rendered, where placeholders may stand for them. */
let kept: string[] | null = null;

// `templates: {}` keeps include and render from reading the disk.
const engine = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {} });
// JSON is YAML: every text goes through this filter, so that no value can break out of its place.
engine.registerFilter('json', (value: unknown) => (kept ? jsonInto(value ?? null, kept) : JSON.stringify(value ?? null)));
engine.registerFilter('names', (value: Readonly<Record<string, string>>) => Object.keys(value).sort());
engine.registerFilter('priority', priorityOf);
engine.registerFilter('test_priority', testPriorityOf);
engine.registerFilter('percent', (value: number) => Math.round(value));

/** Priority of a listener rule from its host name: the same always, spread over what a listener allows. */
export function priorityOf(host: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < host.length; i++) h = Math.imul(h ^ host.charCodeAt(i), 0x01000193) >>> 0;
  return 1 + (h % 49_999);
}

/** Priority of the rule for test traffic: before the host's own, which would take it otherwise. */
export function testPriorityOf(host: string): number {
  return 1 + (priorityOf(`${host} test`) % Math.max(1, priorityOf(host) - 1));
}

type Part = 'taskDefinition' | 'service' | 'stack';
const FILES = { taskDefinition: 'task-definition.yaml.liquid', service: 'service.yaml.liquid', stack: 'stack.yaml.liquid' };

interface Parsed {
  readonly template: Template[];
  readonly printsOnly: boolean;
}

const parsed = new WeakMap<TemplateFiles, Map<string, Parsed>>();

/** What JSON comes to is printed and nothing else: no other filter, variable or condition sees it. */
const printsJsonOnly = (source: string): boolean =>
  [...source.matchAll(/\bjson\b/g)].length === [...source.matchAll(/\| *json *-?\}\}/g)].length &&
  !/\{%-?\s*(?:capture|ifchanged)\b/.test(source);

function parsedOf(files: TemplateFiles, part: Part): Parsed {
  const held = parsed.get(files) ?? new Map<string, Parsed>();
  parsed.set(files, held);
  const source = files[part]!;
  const made = held.get(part) ?? { template: engine.parse(source), printsOnly: printsJsonOnly(source) };
  held.set(part, made);
  return made;
}

function draftOf(files: TemplateFiles, part: Part, scope: object): Draft {
  try {
    const { template, printsOnly } = parsedOf(files, part);
    const strings: string[] = [];
    kept = printsOnly ? strings : null;
    return { text: engine.renderSync(template, scope) as string, strings };
  } catch (error) {
    throw broken(files, FILES[part], error);
  } finally {
    kept = null;
  }
}

function mapOf(files: TemplateFiles, part: Part, scope: object): Record<string, unknown> {
  const draft = draftOf(files, part, scope);
  let value: unknown;
  try {
    value = valueOfDraft(draft);
  } catch (error) {
    throw broken(files, FILES[part], error);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw broken(files, FILES[part], new Error('it renders to no map'));
}

/** Liquid names the template's line; YAML the line of what was rendered, with the text found there. */
function broken(files: TemplateFiles, file: string, error: unknown): UserError {
  const [first = '', , shown = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = /line:(\d+)/.exec(first)?.[1];
  const rendered = error instanceof YAMLParseError ? ` of what it renders to${shown.trim() ? `: ${shown.trim()}` : ''}` : '';
  return new UserError('TemplateBroken', {
    message: `${files.name}/${file}${line ? `:${line}` : ''}: ${first.replace(/:\s*$/, '')}${rendered}`,
    nextSteps: [`Correct the template in ${files.dir}, or the values it takes: baf template show ${files.name}`],
  });
}

/** Name of the service in ECS, and family of its task definitions. */
export const nameOf = (values: Pick<TemplateValues, 'project' | 'staging' | 'environment' | 'service'>): string =>
  `${values.project}-${values.staging ?? values.environment}-${values.service.name}`;

/** Family of the task definition where the template names it as most do, known before anything is rendered; else null. */
export const familyAhead = (files: TemplateFiles, values: Parameters<typeof nameOf>[0]): string | null =>
  /^family: \{\{-? *name *\| *json *-?\}\} *$/m.test(files.taskDefinition) ? nameOf(values) : null;

/** Name by which ECS knows the service. */
export const serviceNameOf = (files: TemplateFiles, values: TemplateValues): string =>
  String(mapOf(files, 'service', scopeOf(values))['serviceName']);

export function renderTemplate(files: TemplateFiles, values: TemplateValues): Rendered {
  const scope = scopeOf(values);
  const made = new Map<Part, Record<string, unknown>>();
  const part = (name: Part): Record<string, unknown> => {
    const value = made.get(name) ?? mapOf(files, name, scope);
    made.set(name, value);
    return value;
  };
  // Each when it is asked for: a plan of many services wants one of them at a time.
  return {
    get taskDefinition() {
      return part('taskDefinition');
    },
    get service() {
      return part('service');
    },
    get stack() {
      return files.stack === null ? null : part('stack');
    },
  };
}

/** What the templates' texts can name. */
function scopeOf(values: TemplateValues): object {
  const { service } = values;
  const strategy = strategies[service.deploy.strategy];
  const paired = strategy.shiftsTraffic || (values.traffic?.paired ?? false);
  const secretArns = Object.fromEntries(
    Object.entries({ ...service.settings, ...service.secrets }).map(([key, ref]) => [key, arnOfReference(ref, values.target)]),
  );
  const role = executionRole(values, Object.values(secretArns));
  const first = values.traffic?.serving === 'alternate' ? 0 : 100;
  return {
    ...values,
    deploymentConfiguration: strategy.configuration(service.deploy),
    // Two target groups and rules for ECS to move traffic with; the weights are those that hold now.
    paired,
    weights: { first, alternate: 100 - first },
    name: nameOf(values),
    where: values.staging ?? values.environment,
    discovery: service.discovery ?? service.name,
    logGroup: `/baf/${values.project}/${values.staging ?? values.environment}/${service.name}`,
    outputs: {
      TargetGroupArn: values.stackOutputs['TargetGroupArn'] ?? null,
      SecurityGroupId: values.stackOutputs['SecurityGroupId'] ?? null,
      LogGroupName: values.stackOutputs['LogGroupName'] ?? null,
      AlternateTargetGroupArn: values.stackOutputs['AlternateTargetGroupArn'] ?? null,
      ProductionRuleArn: values.stackOutputs['ProductionRuleArn'] ?? null,
      TestRuleArn: values.stackOutputs['TestRuleArn'] ?? null,
      ...values.stackOutputs,
    },
    // Settings and secrets alike: ECS puts their values in when a task starts.
    secretArns,
    // Resource of the stack, or null; and the role that the tasks have.
    executionRole: role,
    executionRoleArn: (role && values.stackOutputs['ExecutionRoleArn']) ?? values.offer.executionRoleArn,
  };
}
