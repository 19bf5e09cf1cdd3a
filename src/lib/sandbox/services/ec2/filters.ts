/** Filters and pages of the Describe operations. */
import { AwsError, type Cell } from '../../service.js';
import { page } from '../page.js';
import { network } from './state.js';

export interface Filter {
  Name?: string;
  Values?: string[];
}
export interface Listing {
  Filters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
}
type Fields<T> = Readonly<Record<string, (item: T) => readonly (string | number | boolean | null | undefined)[]>>;

/** `*` and `?` stand for any text and any character; the letters count as they are. */
const pattern = (value: string): RegExp =>
  new RegExp(
    `^${value
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );

/** Items that fit every filter; of a filter's values one suffices. `idOf` names whose tags count, where it has any. */
export function filtered<T>(
  cell: Cell,
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: Fields<T>,
  idOf?: (item: T) => string,
): T[] {
  return (filters ?? []).reduce<T[]>(
    (left, { Name = '', Values = [] }) => {
      const read = fields[Name] ?? (idOf ? tagField(cell, Name, idOf) : undefined);
      if (!read) throw new AwsError('InvalidParameterValue', `The filter '${Name}' is invalid`);
      const patterns = Values.map(pattern);
      return left.filter((item) => read(item).some((value) => value != null && patterns.some((p) => p.test(String(value)))));
    },
    [...items],
  );
}

function tagField<T>(cell: Cell, name: string, idOf: (item: T) => string): ((item: T) => readonly string[]) | undefined {
  const tags = (item: T): Record<string, string> => network(cell).tags[idOf(item)] ?? {};
  if (name === 'tag-key') return (item) => Object.keys(tags(item));
  if (name === 'tag-value') return (item) => Object.values(tags(item));
  if (!name.startsWith('tag:')) return undefined;
  const key = name.slice('tag:'.length);
  return (item) => (Object.hasOwn(tags(item), key) ? [tags(item)[key]!] : []);
}

/** A page of 5 to 1000 items; everything at once where none is asked for. */
export function pageOf<T>(items: readonly T[], { MaxResults, NextToken }: Listing): { items: T[]; token: string | undefined } {
  if (MaxResults !== undefined && (MaxResults < 5 || MaxResults > 1000))
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${MaxResults < 5 ? 'greater than 5' : 'less than 1000'}.`,
    );
  return page(items, NextToken, MaxResults ?? 1000);
}
