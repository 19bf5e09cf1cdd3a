/** Intrinsic functions: what parameters alone decide (conditions, mappings, Fn::If), and what resources decide. */
import { AwsError, type CallContext } from '../../service.js';
import { cidrBlocks } from './cidr.js';
import type { Resource, Template } from './state.js';
import { refuse, splitPath } from './template.js';

export interface Scope {
  readonly resources: Readonly<Record<string, Pick<Resource, 'physical' | 'attributes'>>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `AWS::Region` and so on. */
  readonly pseudo: Readonly<Record<string, unknown>>;
  /** Value of an export, or null. */
  exported(name: string): string | null;
  zones(region: string): string[];
}

/** `AWS::Region` and its kin, of a stack that may not be there yet. */
export const pseudoOf = (
  { account, region }: Pick<CallContext, 'account' | 'region'>,
  stack: { name: string; id: string; notifications?: readonly string[] },
): Record<string, unknown> => ({
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::StackName': stack.name,
  'AWS::StackId': stack.id,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NotificationARNs': stack.notifications ?? [],
});

type Parameters = Pick<Scope, 'parameters' | 'pseudo'>;

/** The template as these parameters make it: resources whose condition is false are gone, Fn::If and mappings are decided. */
export function effective(source: Template, scope: Parameters): Template {
  const decided: Record<string, boolean> = {};
  const deciding = new Set<string>();
  const holds = (name: string): boolean => {
    if (decided[name] !== undefined) return decided[name];
    const condition = source.Conditions?.[name];
    if (condition === undefined)
      throw refuse(`Template format error: Unresolved condition dependency ${name} in the Resources block of the template`);
    if (deciding.has(name))
      throw refuse(`Template format error: Circular dependency in conditions: [${[...deciding].join(', ')}]`);
    deciding.add(name);
    return (decided[name] = truth(condition));
  };
  const truth = (value: unknown): boolean => {
    const [[key, inner] = ['', undefined]] = Object.entries((value ?? {}) as object) as [string, unknown][];
    const list = (): unknown[] => {
      if (Array.isArray(inner)) return inner;
      throw refuse(`Template error: every ${key} object requires a list of parameters.`);
    };
    switch (key) {
      case 'Condition':
        return holds(String(inner));
      case 'Fn::Not':
        return !truth(list()[0]);
      case 'Fn::And':
        return list().every(truth);
      case 'Fn::Or':
        return list().some(truth);
      case 'Fn::Equals': {
        const sides = list();
        if (sides.length !== 2) throw refuse('Template error: every Fn::Equals object requires a list of 2 string parameters.');
        const [left, right] = sides.map((side) => plain(side));
        return JSON.stringify(asText(left)) === JSON.stringify(asText(right));
      }
      default:
        throw refuse('Template format error: Conditions can only be boolean operations on parameters and other conditions');
    }
  };
  const plain = (value: unknown): unknown =>
    resolve(decide(value), { ...scope, resources: {}, exported: () => null, zones: () => [] });
  const decide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decide).filter((item) => item !== undefined);
    if (!value || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    const [key, inner] = entries[0] ?? ['', undefined];
    if (entries.length === 1 && key === 'Fn::If') {
      if (!Array.isArray(inner) || inner.length !== 3)
        throw refuse('Template error: Fn::If requires a list argument with exactly three elements');
      const chosen = inner[holds(String(inner[0])) ? 1 : 2] as unknown;
      return isNoValue(chosen) ? undefined : decide(chosen);
    }
    if (entries.length === 1 && key === 'Fn::FindInMap') {
      const [map, first, second] = ((Array.isArray(inner) ? inner : []) as unknown[]).map((part) => String(plain(part)));
      const found = source.Mappings?.[map!]?.[first!]?.[second!];
      if (found === undefined) throw refuse(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
      return found;
    }
    if (isNoValue(value)) return undefined;
    return Object.fromEntries(entries.map(([name, item]) => [name, decide(item)] as const).filter(([, v]) => v !== undefined));
  };
  for (const name of Object.keys(source.Conditions ?? {})) holds(name);
  const kept = <T extends { Condition?: string }>(parts: Record<string, T> | undefined): Record<string, T> =>
    Object.fromEntries(
      Object.entries(parts ?? {})
        .filter(([, part]) => part.Condition === undefined || holds(part.Condition))
        .map(([name, part]) => [name, decide(part) as T]),
    );
  return { ...source, Resources: kept(source.Resources), Outputs: kept(source.Outputs) };
}

const isNoValue = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && (value as { Ref?: unknown }).Ref === 'AWS::NoValue';
const asText = (value: unknown): unknown => (typeof value === 'object' ? value : String(value));

/** A value with its functions carried out; what cannot be is an error of the template. */
export function resolve(value: unknown, scope: Scope): unknown {
  try {
    return resolved(value, scope);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw refuse(`Template error: a function has arguments it cannot take: ${JSON.stringify(value)}`);
  }
}

function resolved(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, scope)).filter((item) => item !== undefined);
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [key, inner] = entries[0] as [string, unknown];
    const carried = functions[key];
    if (carried) return carried(inner, scope);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolved(inner, scope)] as const).filter(([, v]) => v !== undefined),
  );
}

const functions: Readonly<Record<string, (inner: unknown, scope: Scope) => unknown>> = {
  Ref: (inner, scope) => ref(String(inner), scope),
  'Fn::GetAtt': (inner, scope) => attribute(Array.isArray(inner) ? inner.join('.') : String(inner), scope),
  'Fn::Join'(inner, scope) {
    const [by, parts] = inner as [string, unknown];
    return (resolved(parts, scope) as unknown[]).map(String).join(by);
  },
  'Fn::Select'(inner, scope) {
    const [index, list] = resolved(inner, scope) as [number | string, unknown[]];
    const chosen = list[Number(index)];
    if (chosen === undefined) throw refuse(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
    return chosen;
  },
  'Fn::Split'(inner, scope) {
    const [by, text] = resolved(inner, scope) as [string, string];
    return text.split(by);
  },
  'Fn::Base64': (inner, scope) => Buffer.from(String(resolved(inner, scope))).toString('base64'),
  'Fn::GetAZs': (inner, scope) => scope.zones(String(resolved(inner, scope) || scope.pseudo['AWS::Region'])),
  'Fn::Cidr'(inner, scope) {
    const [block, count, bits = 8] = resolved(inner, scope) as [string, number | string, (number | string)?];
    const blocks = cidrBlocks(String(block), Number(count), Number(bits));
    if (blocks) return blocks;
    throw refuse('Template error: Fn::Cidr object must have 2 or 3 arguments: an ip block, a count and cidr bits that fit it');
  },
  'Fn::ImportValue'(inner, scope) {
    const name = String(resolved(inner, scope));
    const found = scope.exported(name);
    if (found === null) throw refuse(`No export named ${name} found.`);
    return found;
  },
  'Fn::Sub'(inner, scope) {
    const [text, names] = (Array.isArray(inner) ? inner : [inner, {}]) as [string, Record<string, unknown>];
    return text.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in names) return String(resolved(names[name], scope));
      return String(name.includes('.') ? attribute(name, scope) : ref(name, scope));
    });
  },
};

function ref(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return undefined;
  if (name in scope.pseudo) return scope.pseudo[name];
  if (name in scope.parameters) return scope.parameters[name];
  const resource = scope.resources[name];
  if (!resource)
    throw refuse(`Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`);
  return resource.physical;
}

function attribute(path: string, scope: Scope): string {
  const [logical, name] = splitPath(path);
  const resource = scope.resources[logical];
  if (!resource) throw refuse(`Template error: instance of Fn::GetAtt references undefined resource ${logical}`);
  const value = resource.attributes[name];
  if (value === undefined)
    throw refuse(`Template error: resource ${logical} does not support attribute type ${name} in Fn::GetAtt`);
  return value;
}

/** Arguments of the Fn::ImportValue in a value. */
export function importsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(importsIn);
  if (!value || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'Fn::ImportValue' ? [inner] : importsIn(inner)));
}
