/** The published schemas of resource types: properties are checked and brought into their kinds as CloudFormation does. */
import { AwsError } from '../../../service.js';
import type { Properties } from './type.js';
import published from './schemas/resource-types.json' with { type: 'json' };

export type Shape =
  | string
  | { readonly item: Shape }
  | { readonly map: Shape }
  | { readonly enum: readonly string[] }
  | { readonly properties: Readonly<Record<string, Shape>>; readonly required?: readonly string[] };

export interface Schema {
  readonly createOnly?: readonly string[];
  readonly conditional?: readonly string[];
  readonly readOnly?: readonly string[];
  readonly writeOnly?: readonly string[];
  /** The property that holds its tags. */
  readonly tags?: string;
  readonly shape: Shape;
}

const schemas = published as unknown as Readonly<Record<string, Schema>>;

export const schemaOf = (type: string): Schema => schemas[type] ?? { shape: 'any' };

/** Whether a change of a property makes a new resource. */
export function recreationOf(type: string, property: string): 'Never' | 'Conditionally' | 'Always' {
  const { createOnly, conditional } = schemaOf(type);
  if (createOnly?.includes(property)) return 'Always';
  return conditional?.includes(property) ? 'Conditionally' : 'Never';
}

/** Properties in the kinds that the type wants: CloudFormation takes numbers and booleans as texts too. */
export function typed(type: string, logical: string, properties: Properties): Properties {
  const findings: string[] = [];
  const value = coerce(schemaOf(type).shape, properties, '#', findings) as Properties;
  if (findings.length === 0) return value;
  throw new AwsError(
    'PropertiesInvalid',
    `Properties validation failed for resource ${logical} with message:\n[${findings.join(', ')}]`,
  );
}

function coerce(shape: Shape, value: unknown, path: string, findings: string[]): unknown {
  const wrong = (expected: string): unknown => {
    findings.push(`${path}: expected type: ${expected}, found: ${kindOf(value)}`);
    return value;
  };
  if (typeof shape === 'string') return scalar(shape, value, wrong);
  if ('enum' in shape) {
    if (!shape.enum.includes(String(value))) findings.push(`${path}: ${String(value)} is not a valid enum value`);
    return value;
  }
  if ('item' in shape) {
    // One item is taken for a list of one where it cannot be anything else.
    if (!Array.isArray(value)) return wrong('JSONArray');
    return value.map((item, index) => coerce(shape.item, item, `${path}/${index}`, findings));
  }
  if (!value || typeof value !== 'object' || Array.isArray(value)) return wrong('JSONObject');
  const entries = Object.entries(value);
  if ('map' in shape)
    return Object.fromEntries(entries.map(([key, item]) => [key, coerce(shape.map, item, `${path}/${key}`, findings)]));
  for (const key of shape.required ?? [])
    if ((value as Properties)[key] === undefined) findings.push(`${path}: required key [${key}] not found`);
  return Object.fromEntries(
    entries.map(([key, item]) => {
      const child = Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
      if (child !== undefined) return [key, coerce(child, item, `${path}/${key}`, findings)];
      findings.push(`${path}: extraneous key [${key}] is not permitted`);
      return [key, item];
    }),
  );
}

function scalar(kind: string, value: unknown, wrong: (expected: string) => unknown): unknown {
  switch (kind) {
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const fits = typeof number === 'number' && !Number.isNaN(number) && (kind === 'number' || Number.isInteger(number));
      return fits ? number : wrong(kind === 'integer' ? 'Integer' : 'Number');
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' || value === 'false' ? value === 'true' : wrong('Boolean');
    case 'string':
      return value !== null && typeof value === 'object' ? wrong('String') : String(value);
    default:
      return value;
  }
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'object') return 'JSONObject';
  const name = typeof value;
  return name === 'number' ? 'Integer' : name[0]!.toUpperCase() + name.slice(1);
};

/** Names whose first letters are more than one capital. */
const odd: Readonly<Record<string, string>> = {
  EFSVolumeConfiguration: 'efsVolumeConfiguration',
  FSxWindowsFileServerVolumeConfiguration: 'fsxWindowsFileServerVolumeConfiguration',
  S3FilesVolumeConfiguration: 's3filesVolumeConfiguration',
};
const lower = (key: string): string => odd[key] ?? key[0]!.toLowerCase() + key.slice(1);

/** Properties with names as services that speak JSON have them: `cpu` for `Cpu`; keys of maps stay as they are. */
export const toCamel = (type: string, properties: Properties): Properties =>
  camel(schemaOf(type).shape, properties) as Properties;

function camel(shape: Shape, value: unknown): unknown {
  if (typeof shape === 'string' || 'enum' in shape || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return 'item' in shape ? value.map((item) => camel(shape.item, item)) : value;
  if ('properties' in shape)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [lower(key), camel(shape.properties[key] ?? 'any', item)]),
    );
  return value;
}

/** The way back: what the type has as property, of what a service answered. */
export const fromCamel = (type: string, answer: unknown): Properties => pascal(schemaOf(type).shape, answer) as Properties;

function pascal(shape: Shape, value: unknown): unknown {
  if (typeof shape === 'string' || 'enum' in shape || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return 'item' in shape ? value.map((item) => pascal(shape.item, item)) : value;
  if (!('properties' in shape)) return value;
  const held = value as Properties;
  return Object.fromEntries(
    Object.entries(shape.properties).flatMap(([key, child]) => {
      const found = held[lower(key)];
      return found === undefined || found === null ? [] : [[key, pascal(child, found)]];
    }),
  );
}
