/** One stack for a staging: the stacks of its services side by side, their logical ids prefixed by the service's name. */
import { UserError } from '../errors/user-error.js';
import { renderTemplate, type TemplateFiles, type TemplateValues } from './render.js';

export interface StagingPart {
  readonly service: string;
  readonly template: TemplateFiles;
  readonly values: TemplateValues;
}

export interface StagingStack {
  readonly template: Record<string, unknown>;
  /** The stack's outputs, by service, under the names that the service's own template gives them. */
  outputsFor(outputs: Readonly<Record<string, string>>): Record<string, Record<string, string>>;
}

type Section = Record<string, unknown>;

/** Sections whose names are prefixed; others (Transform, Metadata) have no place in a part of a stack. */
const SECTIONS = ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs'] as const;
type SectionName = (typeof SECTIONS)[number];

export function renderStagingStack(parts: readonly StagingPart[]): StagingStack {
  const merged = Object.fromEntries(SECTIONS.map((name) => [name, {}])) as Record<SectionName, Section>;
  const outputs = new Map<string, { service: string; output: string }>();
  const owners = new Map<string, string>();
  for (const { service, template, values } of parts) {
    const stack = renderTemplate(template, values).stack;
    if (!stack) continue;
    const prefix = pascal(service);
    const rename = renamer(stack, prefix);
    for (const name of SECTIONS)
      for (const [id, value] of Object.entries((stack[name] as Section | undefined) ?? {})) {
        claim(owners, `${name}.${prefix}${id}`, service);
        merged[name][prefix + id] = rename(value);
        if (name === 'Outputs') outputs.set(prefix + id, { service, output: id });
      }
  }
  const first = parts[0]?.values;
  const used = Object.entries(merged).filter(
    ([name, section]) => name === 'Resources' || name === 'Outputs' || Object.keys(section).length > 0,
  );
  return {
    template: {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `baf staging ${first?.staging ?? ''} of ${first?.project ?? ''}`,
      ...Object.fromEntries(used),
    },
    outputsFor(values) {
      const found: Record<string, Record<string, string>> = Object.fromEntries(parts.map((p) => [p.service, {}]));
      for (const [id, value] of Object.entries(values)) {
        const name = outputs.get(id);
        if (name) found[name.service]![name.output] = value;
      }
      return found;
    },
  };
}

const pascal = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Logical ids take letters and digits only, so that `a-1` and `a1` are one: neither may take the other's place unseen. */
function claim(owners: Map<string, string>, id: string, service: string): void {
  const owner = owners.get(id);
  if (owner !== undefined && owner !== service)
    throw new UserError('ServiceNamesClash', {
      message: `The services ${owner} and ${service} both give ${id} in the staging's stack.`,
      nextSteps: [`Rename one of them: names that differ by - only cannot be in one staging.`],
    });
  owners.set(id, service);
}

/** References to the part's own resources, parameters, conditions and mappings follow their new names. */
function renamer(stack: Readonly<Record<string, unknown>>, prefix: string): (value: unknown) => unknown {
  const own = (...sections: SectionName[]) => new Set(sections.flatMap((name) => Object.keys((stack[name] as Section) ?? {})));
  const named = (ids: ReadonlySet<string>) => (id: unknown) => (typeof id === 'string' && ids.has(id) ? prefix + id : id);
  const reference = named(own('Resources', 'Parameters'));
  const condition = named(own('Conditions'));
  const mapping = named(own('Mappings'));
  const substitute = (text: string, locals: readonly string[]): string =>
    text.replace(/\$\{([^!}.]+)((?:\.[^}]+)?)\}/g, (all, id: string, rest: string) =>
      locals.includes(id) ? all : `\${${String(reference(id))}${rest}}`,
    );
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!value || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, follow(key, inner)]));
  };
  const follow = (key: string, inner: unknown): unknown => {
    if (key === 'Ref') return reference(inner);
    if (key === 'Condition' && typeof inner === 'string') return condition(inner);
    if (key === 'DependsOn') return Array.isArray(inner) ? inner.map(reference) : reference(inner);
    if (key === 'Fn::GetAtt') {
      const [id, ...rest] = Array.isArray(inner) ? (inner as unknown[]) : splitOnce(String(inner));
      return [reference(id), ...rest.map(walk)];
    }
    if (key === 'Fn::Sub' && typeof inner === 'string') return substitute(inner, []);
    if (key === 'Fn::Sub' && Array.isArray(inner)) {
      const [text, locals] = inner as [unknown, Section | undefined];
      return [substitute(String(text), Object.keys(locals ?? {})), walk(locals ?? {})];
    }
    if (key === 'Fn::If' && Array.isArray(inner)) return [condition(inner[0]), ...inner.slice(1).map(walk)];
    if (key === 'Fn::FindInMap' && Array.isArray(inner)) return [mapping(inner[0]), ...inner.slice(1).map(walk)];
    return walk(inner);
  };
  return walk;
}

/** `Table.Stream.Arn`: the resource, and the attribute with its own dots. */
function splitOnce(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
