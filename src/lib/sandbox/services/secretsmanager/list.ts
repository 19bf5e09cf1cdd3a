/** ListSecrets and BatchGetSecretValue: many secrets, by filters or by names. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { page } from '../page.js';
import { tagList } from '../records.js';
import { badParameter, slice, stagesOf, type Secret } from './state.js';
import { badToken, getValue } from './versions.js';

interface Filter {
  Key?: string;
  Values?: string[];
}

export function showSecret(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.keyId === undefined ? {} : { KmsKeyId: secret.keyId }),
    LastChangedDate: new Date(secret.changedAt),
    ...(secret.usedAt === null ? {} : { LastAccessedDate: new Date(secret.usedAt) }),
    ...(secret.deletedAt === null ? {} : { DeletedDate: new Date(secret.deletedAt) }),
    ...(Object.keys(secret.tags).length ? { Tags: tagList(secret.tags) } : {}),
    CreatedDate: new Date(secret.createdAt),
  };
}

/** Prefixes; a value that begins with `!` must not fit. Descriptions and tags by words, whatever their case. */
function matches(secret: Secret, { Key = 'all', Values = [] }: Filter): boolean {
  const texts: Readonly<Record<string, readonly string[]>> = {
    name: [secret.name],
    description: words(secret.description),
    'tag-key': Object.keys(secret.tags),
    'tag-value': Object.values(secret.tags),
    'primary-region': [secret.arn.split(':')[3]!],
    'owning-service': [],
    all: [
      ...secret.name.split('/'),
      secret.name,
      ...words(secret.description),
      ...Object.keys(secret.tags),
      ...Object.values(secret.tags),
    ],
  };
  const exact = Key === 'name' || Key.startsWith('tag-');
  const fits = (value: string): boolean =>
    (texts[Key] ?? []).some((text) => (exact ? text.startsWith(value) : text.toLowerCase().startsWith(value.toLowerCase())));
  return Values.some((value) => (value.startsWith('!') ? !fits(value.slice(1)) : fits(value)));
}
const words = (text = ''): string[] => [text, ...text.split(/[\s_.,;:/=+@-]+/)];

const select = (cell: Cell, filters: readonly Filter[], deleted: boolean): Secret[] =>
  Object.values(slice(cell).secrets).filter(
    (secret) => (deleted || secret.deletedAt === null) && filters.every((filter) => matches(secret, filter)),
  );

interface ListInput {
  Filters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
  IncludePlannedDeletion?: boolean;
  SortOrder?: 'asc' | 'desc';
  SortBy?: 'created-date' | 'last-accessed-date' | 'last-changed-date' | 'name';
}

function list(input: ListInput, { cell }: CallContext): object {
  const key = ({ createdAt, usedAt, changedAt, name }: Secret): number | string => {
    if (input.SortBy === 'name') return name;
    if (input.SortBy === 'last-accessed-date') return usedAt ?? 0;
    return input.SortBy === 'last-changed-date' ? changedAt : createdAt;
  };
  // The newest comes first unless the caller says otherwise.
  const sign = input.SortOrder === 'asc' ? 1 : -1;
  const found = select(cell, input.Filters ?? [], input.IncludePlannedDeletion === true)
    .map((secret, index) => ({ secret, index, key: key(secret) }))
    .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index))
    .map(({ secret }) => secret);
  const { items, token } = page(found, input.NextToken, input.MaxResults ?? 100, badToken);
  return {
    SecretList: items.map((secret) => ({ ...showSecret(secret), SecretVersionsToStages: stagesOf(secret) })),
    NextToken: token,
  };
}

interface BatchInput {
  SecretIdList?: string[];
  Filters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
}

function batchGet(input: BatchInput, context: CallContext): object {
  if (!input.SecretIdList?.length === !input.Filters?.length)
    throw badParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  if (input.SecretIdList && input.MaxResults !== undefined)
    throw badParameter("'MaxResults' can be specified only with 'Filters'.");
  const ids = input.SecretIdList ?? select(context.cell, input.Filters!, false).map(({ arn }) => arn);
  const { items, token } = page(ids, input.NextToken, input.SecretIdList ? ids.length : (input.MaxResults ?? 20), badToken);
  const values: object[] = [];
  const errors: object[] = [];
  for (const SecretId of items) {
    try {
      values.push(getValue({ SecretId }, context));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors, NextToken: token };
}

export const listOperations: Readonly<Record<string, Operation>> = {
  ListSecrets: list,
  BatchGetSecretValue: batchGet,
};
