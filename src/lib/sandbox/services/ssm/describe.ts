/** DescribeParameters: everything but the values. */
import type { CallContext } from '../../service.js';
import { page } from '../page.js';
import { sorted } from '../records.js';
import { checkDescribeFilters, matches, type Filter } from './filters.js';
import { showPolicies } from './policies.js';
import { arnOf, invalid, latest, newest, slice } from './state.js';

interface DescribeInput {
  Filters?: { Key: string; Values: string[] }[];
  ParameterFilters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
}

export function describe(input: DescribeInput, { cell, now }: CallContext): object {
  if (input.Filters?.length && input.ParameterFilters?.length)
    throw invalid('You can use either Filters or ParameterFilters in a single request.');
  checkDescribeFilters(input.ParameterFilters ?? []);
  // The older filters match the beginning of names, and whole values else.
  const older = (input.Filters ?? []).map(({ Key, Values }) => ({
    Key,
    Values,
    Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
  }));
  const filters: Filter[] = [...(input.ParameterFilters ?? []), ...older];
  const found = sorted(slice(cell).parameters).filter(([name, stored]) => filters.every((f) => matches(name, stored, f)));
  const { items, token } = page(found, input.NextToken, input.MaxResults ?? 50);
  return {
    Parameters: items.map(([name, stored]) => {
      const version = newest(stored);
      return {
        Name: name,
        ARN: arnOf(cell, name),
        Type: version.type,
        KeyId: version.keyId,
        LastModifiedDate: new Date(version.at),
        LastModifiedUser: version.by,
        Description: version.description,
        AllowedPattern: version.allowedPattern,
        Version: latest(stored),
        Tier: version.tier,
        Policies: showPolicies(version.policies, now),
        DataType: version.dataType,
      };
    }),
    NextToken: token,
  };
}
