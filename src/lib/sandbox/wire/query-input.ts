/** Reads the flat `Members.member.1.Key=...` form of query requests into the shape that the schema describes. */
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.js';

/** EC2 begins names with capitals and numbers lists without `member`. */
export function parseQuery(schema: NormalizedSchema, params: URLSearchParams, { ec2 }: { ec2: boolean }): object {
  const flat = new Map([...params]);
  const keys = [...flat.keys()];
  const has = (prefix: string) => flat.has(prefix) || keys.some((key) => key.startsWith(`${prefix}.`));

  const nameOf = (ns: NormalizedSchema, name: string): string => {
    const { ec2QueryName, xmlName } = ns.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
    if (!ec2) return xmlName ?? name;
    const plain = ec2QueryName ?? xmlName ?? name;
    return plain[0]!.toUpperCase() + plain.slice(1);
  };
  const read = (ns: NormalizedSchema, prefix: string): unknown => {
    if (ns.isStructSchema()) {
      const value: Record<string, unknown> = {};
      for (const [name, member] of ns.structIterator()) {
        const key = [prefix, nameOf(member, name)].filter(Boolean).join('.');
        if (has(key)) value[name] = read(member, key);
      }
      return value;
    }
    if (ns.isListSchema()) {
      const item = ns.getValueSchema();
      const flattened = ec2 || Boolean(ns.getMergedTraits().xmlFlattened);
      const base = flattened ? prefix : `${prefix}.${(item.getMergedTraits().xmlName as string | undefined) ?? 'member'}`;
      const values: unknown[] = [];
      for (let i = 1; has(`${base}.${i}`); i++) values.push(read(item, `${base}.${i}`));
      return values;
    }
    if (ns.isMapSchema()) {
      const map: Record<string, unknown> = {};
      for (let i = 1; has(`${prefix}.entry.${i}`); i++)
        map[flat.get(`${prefix}.entry.${i}.key`) ?? ''] = read(ns.getValueSchema(), `${prefix}.entry.${i}.value`);
      return map;
    }
    const text = flat.get(prefix) ?? '';
    if (ns.isBooleanSchema()) return text === 'true';
    if (ns.isNumericSchema()) {
      const number = Number(text);
      if (Number.isNaN(number)) throw new AwsError('MalformedInput', `${prefix} is not a number: ${text}`);
      return number;
    }
    if (ns.isTimestampSchema()) return new Date(text);
    return text;
  };
  return read(schema, '') as object;
}
