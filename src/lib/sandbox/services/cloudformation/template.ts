/** Templates: read, checked, ordered by what refers to what, and their values resolved. */
import { parse, type CollectionTag, type ScalarTag } from 'yaml';
import { AwsError } from '../../service.js';
import type { Resource, Template } from './state.js';

export interface TypeRules {
  /** Names that Fn::GetAtt takes. */
  readonly attributes: readonly string[];
}

const short = (name: string): (ScalarTag | CollectionTag)[] => {
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const wrap = (value: unknown) => ({
    [key]: name === 'GetAtt' && typeof value === 'string' ? value.split(/\.(.*)/s).slice(0, 2) : value,
  });
  return [
    { tag: `!${name}`, resolve: (text: string) => wrap(text) },
    {
      tag: `!${name}`,
      collection: 'seq',
      resolve: (seq: unknown) => wrap((seq as { toJSON(): unknown }).toJSON()),
    } as unknown as CollectionTag,
  ];
};
const customTags = ['Ref', 'GetAtt', 'Sub', 'Join', 'Select', 'Split'].flatMap(short);

export function readTemplate(body: string | undefined): Template {
  let value: unknown;
  try {
    value = body?.trimStart().startsWith('{') ? JSON.parse(body) : parse(body ?? '', { customTags });
  } catch (error) {
    throw new AwsError('ValidationError', `Template format error: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  const template = value as Template | null;
  if (!template || typeof template !== 'object' || !template.Resources || Object.keys(template.Resources).length === 0)
    throw new AwsError('ValidationError', 'Template format error: At least one Resources member must be defined.');
  for (const [id, resource] of Object.entries(template.Resources))
    if (typeof resource?.Type !== 'string')
      throw new AwsError(
        'ValidationError',
        `Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`,
      );
  return template;
}

/** What AWS refuses before anything is made: unknown types, references to nothing, attributes that a type does not have. */
export function checkTemplate(template: Template, types: Readonly<Record<string, TypeRules>>): void {
  const refuse = (text: string) => new AwsError('ValidationError', text);
  const unknown = [...new Set(Object.values(template.Resources).map((r) => r.Type))].filter(
    (type) => !Object.hasOwn(types, type),
  );
  if (unknown.length > 0) throw refuse(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`);
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
  const blocks = {
    Resources: Object.values(template.Resources).map((r) => [r.Properties ?? {}, [r.DependsOn ?? []].flat()] as const),
    Outputs: Object.values(template.Outputs ?? {}).map((o) => [o.Value, []] as const),
  };
  for (const [block, parts] of Object.entries(blocks)) {
    for (const [logical, name] of parts.flatMap(([value]) => attributesIn(value))) {
      const type = template.Resources[logical]?.Type;
      if (!type) throw refuse(`Template error: instance of Fn::GetAtt references undefined resource ${logical}`);
      if (!types[type]!.attributes.includes(name))
        throw refuse(`Template error: resource ${logical} does not support attribute type ${name} in Fn::GetAtt`);
    }
    const named = parts.flatMap(([value, depends]) => [...references(value), ...depends]);
    const missing = [...new Set(named)].filter((name) => !known.has(name) && !name.startsWith('AWS::'));
    if (missing.length > 0)
      throw refuse(
        `Template format error: Unresolved resource dependencies [${missing.join(', ')}] in the ${block} block of the template`,
      );
  }
  levelsOf(template);
}

/** Pairs of logical id and attribute. */
function attributesIn(value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  if (!value || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    if (key === 'Fn::GetAtt') return [split(Array.isArray(inner) ? inner.join('.') : String(inner))];
    if (key !== 'Fn::Sub') return attributesIn(inner);
    const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, object];
    const dotted = [...String(text).matchAll(/\$\{([^!}]+\.[^}]+)\}/g)]
      .map(([, name]) => name!)
      .filter((name) => !(name in names));
    return [...dotted.map(split), ...attributesIn(names)];
  });
}
const split = (path: string): [string, string] => {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
};

/** Logical ids that a value refers to. */
export function references(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) value.forEach((item) => references(item, found));
  else if (value && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Ref' && typeof inner === 'string') found.add(inner);
      else if (key === 'Fn::GetAtt') found.add(Array.isArray(inner) ? String(inner[0]) : String(inner).split('.')[0]!);
      else if (key === 'Fn::Sub') {
        const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, object];
        for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) if (!(name! in names)) found.add(name!.split('.')[0]!);
        references(names, found);
      } else references(inner, found);
    }
  return found;
}

/** Logical ids in the order in which they can be made; those of one level do not need each other. */
export function levelsOf(template: Template, only: readonly string[] = Object.keys(template.Resources)): string[][] {
  const among = new Set(only);
  const needs = new Map(
    only.map((id) => {
      const resource = template.Resources[id];
      const named = [...references(resource?.Properties ?? {}), ...[resource?.DependsOn ?? []].flat()];
      return [id, named.filter((name) => among.has(name) && name !== id)] as const;
    }),
  );
  const done = new Set<string>();
  const levels: string[][] = [];
  while (done.size < only.length) {
    const ready = only.filter((id) => !done.has(id) && needs.get(id)!.every((name) => done.has(name)));
    if (ready.length === 0) {
      const left = only.filter((id) => !done.has(id));
      throw new AwsError('ValidationError', `Circular dependency between resources: [${left.join(', ')}]`);
    }
    ready.forEach((id) => done.add(id));
    levels.push(ready);
  }
  return levels;
}

export interface Scope {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `AWS::Region` and so on. */
  readonly pseudo: Readonly<Record<string, string>>;
}

/** A value with its functions carried out; what cannot be is an error of the template. */
export function resolve(value: unknown, scope: Scope): unknown {
  try {
    return resolved(value, scope);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError('ValidationError', `Template error: a function has arguments it cannot take: ${JSON.stringify(value)}`);
  }
}

function resolved(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, scope)).filter((item) => item !== undefined);
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [key, inner] = entries[0] as [string, unknown];
    if (key === 'Ref') return ref(String(inner), scope);
    if (key === 'Fn::GetAtt') return attribute(Array.isArray(inner) ? inner.join('.') : String(inner), scope);
    if (key === 'Fn::Join') {
      const [by, parts] = inner as [string, unknown[]];
      return (resolved(parts, scope) as string[]).join(by);
    }
    if (key === 'Fn::Select') {
      const [index, list] = resolved(inner, scope) as [number, unknown[]];
      return list[Number(index)];
    }
    if (key === 'Fn::Split') {
      const [by, text] = resolved(inner, scope) as [string, string];
      return text.split(by);
    }
    if (key === 'Fn::Sub') {
      const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, Record<string, unknown>];
      return text.replace(/\$\{([^}]+)\}/g, (_whole, name: string) =>
        name.startsWith('!')
          ? `\${${name.slice(1)}}`
          : String(name in names ? resolved(names[name], scope) : name.includes('.') ? attribute(name, scope) : ref(name, scope)),
      );
    }
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolved(inner, scope)] as const).filter(([, v]) => v !== undefined),
  );
}

function ref(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return undefined;
  if (name in scope.pseudo) return scope.pseudo[name];
  if (name in scope.parameters) return scope.parameters[name];
  const resource = scope.resources[name];
  if (!resource)
    throw new AwsError(
      'ValidationError',
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  return resource.physical;
}

function attribute(path: string, scope: Scope): string {
  const [logical, name] = split(path);
  const resource = scope.resources[logical];
  if (!resource)
    throw new AwsError('ValidationError', `Template error: instance of Fn::GetAtt references undefined resource ${logical}`);
  const value = resource.attributes[name];
  if (value === undefined)
    throw new AwsError(
      'ValidationError',
      `Template error: resource ${logical} does not support attribute type ${name} in Fn::GetAtt`,
    );
  return value;
}
