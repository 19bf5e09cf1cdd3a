/** Properties of a resource as the template wants them, and whether what is there has to be changed for them. */
import type { Cell } from '../../service.js';
import { resolve } from './functions.js';
import { scopeOf } from './scope.js';
import { same, type Stack, type Tag } from './state.js';
import { recreationOf, schemaOf, typed } from './types/schema.js';

/** Properties as the template now wants them, with the stack's tags where the type has tags. */
export function propertiesOf(cell: Cell, stack: Stack, logical: string): Record<string, unknown> {
  const { Type, Properties = {} } = stack.template.Resources[logical]!;
  return withTags(Type, typed(Type, logical, resolve(Properties, scopeOf(cell, stack)) as Record<string, unknown>), stack.tags);
}

function withTags(type: string, properties: Record<string, unknown>, tags: readonly Tag[]): Record<string, unknown> {
  const key = schemaOf(type).tags;
  if (!key || tags.length === 0) return properties;
  const own = properties[key];
  if (own !== undefined && !Array.isArray(own))
    return { ...properties, [key]: { ...Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])), ...(own as object) } };
  const named = new Set(((own ?? []) as Tag[]).map((tag) => tag.Key));
  return { ...properties, [key]: [...((own ?? []) as Tag[]), ...tags.filter((tag) => !named.has(tag.Key))] };
}

/** Whether a resource that is there has to be changed: what cannot be told yet is. */
export function differs(cell: Cell, stack: Stack, logical: string): boolean {
  try {
    const there = stack.resources[logical]!;
    return there.dirty === true || !same(there.properties, propertiesOf(cell, stack, logical));
  } catch {
    return true;
  }
}

export const replacedBy = (type: string, before: Record<string, unknown>, after: Record<string, unknown>): boolean =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].some(
    (key) => recreationOf(type, key) !== 'Never' && !same(before[key], after[key]),
  );
