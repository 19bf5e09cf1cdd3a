/** Templates: read, checked, ordered by what refers to what, and their values resolved. */
import { parse, type CollectionTag, type ScalarTag } from 'yaml';
import { AwsError } from '../../service.js';
import type { Resource, Template } from './state.js';

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
  return template;
}

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
  const needs = new Map(
    only.map((id) => {
      const resource = template.Resources[id]!;
      const named = [...references(resource.Properties ?? {}), ...[resource.DependsOn ?? []].flat()];
      return [id, named.filter((name) => only.includes(name) && name !== id)] as const;
    }),
  );
  const done = new Set<string>();
  const levels: string[][] = [];
  while (done.size < only.length) {
    const ready = only.filter((id) => !done.has(id) && needs.get(id)!.every((name) => done.has(name)));
    if (ready.length === 0) throw new AwsError('ValidationError', 'Circular dependency between resources');
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

export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [key, inner] = entries[0] as [string, unknown];
    if (key === 'Ref') return ref(String(inner), scope);
    if (key === 'Fn::GetAtt') return attribute(Array.isArray(inner) ? inner.join('.') : String(inner), scope);
    if (key === 'Fn::Join') {
      const [by, parts] = inner as [string, unknown[]];
      return (resolve(parts, scope) as string[]).join(by);
    }
    if (key === 'Fn::Select') {
      const [index, list] = resolve(inner, scope) as [number, unknown[]];
      return list[Number(index)];
    }
    if (key === 'Fn::Split') {
      const [by, text] = resolve(inner, scope) as [string, string];
      return text.split(by);
    }
    if (key === 'Fn::Sub') {
      const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, Record<string, unknown>];
      return text.replace(/\$\{([^}]+)\}/g, (_whole, name: string) =>
        name.startsWith('!')
          ? `\${${name.slice(1)}}`
          : String(name in names ? resolve(names[name], scope) : name.includes('.') ? attribute(name, scope) : ref(name, scope)),
      );
    }
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner, scope)] as const).filter(([, v]) => v !== undefined),
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
  const [logical, name] = path.split(/\.(.*)/s) as [string, string];
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
