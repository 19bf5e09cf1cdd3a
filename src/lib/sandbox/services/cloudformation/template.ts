/** Templates: read, checked, and ordered by what refers to what. */
import { parse, type CollectionTag, type ScalarTag } from 'yaml';
import { AwsError } from '../../service.js';
import type { Template } from './state.js';

export const refuse = (text: string): AwsError => new AwsError('ValidationError', text);

const short = (name: string): (ScalarTag | CollectionTag)[] => {
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const wrap = (value: unknown) => ({
    [key]: name === 'GetAtt' && typeof value === 'string' ? value.split(/\.(.*)/s).slice(0, 2) : value,
  });
  const collection = (kind: 'seq' | 'map'): CollectionTag =>
    ({
      tag: `!${name}`,
      collection: kind,
      resolve: (held: unknown) => wrap((held as { toJSON(): unknown }).toJSON()),
    }) as unknown as CollectionTag;
  return [{ tag: `!${name}`, resolve: (text: string) => wrap(text) }, collection('seq'), collection('map')];
};
const functions =
  'Ref Condition GetAtt Sub Join Select Split If Equals And Or Not FindInMap ImportValue GetAZs Base64 Cidr Transform';
const customTags = functions.split(' ').flatMap(short);

const SECTIONS =
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Resources Outputs Hooks';
const ATTRIBUTES =
  'Type Properties DependsOn Condition DeletionPolicy UpdateReplacePolicy Metadata CreationPolicy UpdatePolicy Description';

export function readTemplate(body: string | undefined): Template {
  if (body === undefined) throw refuse('Either Template URL or Template Body must be specified.');
  let value: unknown;
  try {
    value = body.trimStart().startsWith('{') ? JSON.parse(body) : parse(body, { customTags });
  } catch (error) {
    throw refuse(`Template format error: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  if (!value || typeof value !== 'object' || Array.isArray(value)) throw refuse('Template format error: unsupported structure.');
  const strange = Object.keys(value).filter((key) => !SECTIONS.split(' ').includes(key));
  if (strange.length > 0) throw refuse(`Invalid template property or properties [${strange.join(', ')}]`);
  const template = value as Template & { AWSTemplateFormatVersion?: unknown };
  // YAML reads an unquoted version as a date.
  const version = String(template.AWSTemplateFormatVersion ?? '2010-09-09');
  if (version !== '2010-09-09') throw refuse(`Template format error: unsupported value for AWSTemplateFormatVersion.`);
  if (!template.Resources || typeof template.Resources !== 'object' || Object.keys(template.Resources).length === 0)
    throw refuse('Template format error: At least one Resources member must be defined.');
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!/^[A-Za-z0-9]{1,255}$/.test(id)) throw refuse(`Template format error: Resource name ${id} is non alphanumeric.`);
    if (typeof resource?.Type !== 'string')
      throw refuse(`Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`);
    const unknown = Object.keys(resource).find((key) => !ATTRIBUTES.split(' ').includes(key));
    if (unknown) throw refuse(`Invalid template resource property '${unknown}'`);
  }
  for (const [key, parameter] of Object.entries(template.Parameters ?? {}))
    if (typeof parameter?.Type !== 'string')
      throw refuse(`Template format error: Every Parameters object must contain a Type member. [${key}]`);
  for (const name of [template.Transform ?? []].flat())
    throw refuse(`No transform named ${typeof name === 'string' ? name : String((name as { Name?: string })?.Name)} found.`);
  return template;
}

export interface TypeRules {
  /** Names that Fn::GetAtt takes. */
  attributesOf(type: string): readonly string[] | null;
}

/** What AWS refuses before anything is made: unknown types, references to nothing, attributes that a type does not have. */
export function checkTemplate(template: Template, { attributesOf }: TypeRules): void {
  const types = [...new Set(Object.values(template.Resources).map((r) => r.Type))];
  const unknown = types.filter((type) => attributesOf(type) === null);
  if (unknown.length > 0) throw refuse(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`);
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
  const blocks = {
    Resources: Object.values(template.Resources).map((r) => [r.Properties ?? {}, [r.DependsOn ?? []].flat()] as const),
    Outputs: Object.values(template.Outputs ?? {}).map((o) => [[o.Value, o.Export?.Name], []] as const),
  };
  for (const [block, parts] of Object.entries(blocks)) {
    for (const [logical, name] of parts.flatMap(([value]) => attributesIn(value))) {
      const type = template.Resources[logical]?.Type;
      if (!type) throw refuse(`Template error: instance of Fn::GetAtt references undefined resource ${logical}`);
      if (!attributesOf(type)!.includes(name))
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

/** Pairs of logical id and attribute that a value reads. */
export function attributesIn(value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  if (!value || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    if (key === 'Fn::GetAtt') return [splitPath(Array.isArray(inner) ? inner.join('.') : String(inner))];
    if (key !== 'Fn::Sub') return attributesIn(inner);
    const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, object];
    const dotted = [...String(text).matchAll(/\$\{([^!}]+\.[^}]+)\}/g)]
      .map(([, name]) => name!)
      .filter((name) => !(name in names));
    return [...dotted.map(splitPath), ...attributesIn(names)];
  });
}
export const splitPath = (path: string): [string, string] => {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
};

/** Names that a value refers to by Ref or Fn::Sub, without those whose attributes it reads. */
export function namesIn(value: unknown): Set<string> {
  const dotted = new Set<string>();
  const found = new Set<string>();
  collect(value, found, dotted);
  return found;
}

/** Logical ids and parameters that a value refers to in any way. */
export function references(value: unknown): Set<string> {
  const found = new Set<string>();
  collect(value, found, found);
  return found;
}

function collect(value: unknown, plain: Set<string>, attributes: Set<string>): void {
  if (Array.isArray(value)) value.forEach((item) => collect(item, plain, attributes));
  else if (value && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Ref' && typeof inner === 'string') plain.add(inner);
      else if (key === 'Fn::GetAtt') attributes.add(Array.isArray(inner) ? String(inner[0]) : String(inner).split('.')[0]!);
      else if (key === 'Fn::Sub') {
        const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, object];
        for (const [, name] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g))
          if (!(name! in names)) (name!.includes('.') ? attributes : plain).add(name!.split('.')[0]!);
        collect(names, plain, attributes);
      } else collect(inner, plain, attributes);
    }
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
      throw refuse(`Circular dependency between resources: [${left.join(', ')}]`);
    }
    ready.forEach((id) => done.add(id));
    levels.push(ready);
  }
  return levels;
}
