/** Log groups: made, shown, kept for a time, tagged. */
import type { CallContext, Cell, Operation } from '../../service.js';
import { AwsError } from '../../service.js';
import { page } from '../page.js';
import { entry, sorted, untag } from '../records.js';
import { arnOf, badToken, exists, invalid, needGroup, slice, type Group } from './state.js';

const MAX_TAGS = 50;
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

type Tags = Record<string, string>;

function addTags(group: Group, tags: Tags): void {
  const all = { ...group.tags, ...tags };
  if (Object.keys(all).length > MAX_TAGS)
    throw new AwsError('TooManyTagsException', 'The maximum number of tags of a resource is 50.');
  group.tags = all;
}

function show(cell: Cell, name: string, group: Group): object {
  return {
    logGroupName: name,
    creationTime: group.createdAt,
    ...(group.retention === null ? {} : { retentionInDays: group.retention }),
    metricFilterCount: Object.keys(group.filters).length,
    arn: `${arnOf(cell, name)}:*`,
    storedBytes: 0,
    ...(group.kmsKeyId === undefined ? {} : { kmsKeyId: group.kmsKeyId }),
    logGroupClass: group.class,
    logGroupArn: arnOf(cell, name),
  };
}

interface DescribeInput {
  logGroupNamePrefix?: string;
  logGroupNamePattern?: string;
  logGroupIdentifiers?: string[];
  logGroupClass?: string;
  limit?: number;
  nextToken?: string;
}

function describe(input: DescribeInput, { cell }: CallContext): object {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: ids } = input;
  if (prefix !== undefined && pattern !== undefined)
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  const wanted = ids?.map((id) => needGroup(cell, id).name);
  const found = sorted(slice(cell).groups).filter(
    ([name, group]) =>
      name.startsWith(prefix ?? '') &&
      (pattern === undefined || name.toLowerCase().includes(pattern.toLowerCase())) &&
      (!wanted || wanted.includes(name)) &&
      (input.logGroupClass === undefined || group.class === input.logGroupClass),
  );
  const { items, token } = page(found, input.nextToken, input.limit ?? 50, badToken);
  return { logGroups: items.map(([name, group]) => show(cell, name, group)), nextToken: token };
}

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateLogGroup(input: { logGroupName: string; kmsKeyId?: string; logGroupClass?: string; tags?: Tags }, { cell, now }) {
    const { groups } = slice(cell);
    if (entry(groups, input.logGroupName)) throw exists('group');
    groups[input.logGroupName] = {
      createdAt: now,
      retention: null,
      kmsKeyId: input.kmsKeyId,
      class: input.logGroupClass ?? 'STANDARD',
      streams: {},
      tags: { ...input.tags },
      filters: {},
      written: 0,
    };
    return {};
  },
  DeleteLogGroup(input: { logGroupName: string }, { cell }) {
    delete slice(cell).groups[needGroup(cell, input.logGroupName).name];
    return {};
  },
  DescribeLogGroups: describe,
  PutRetentionPolicy(input: { logGroupName: string; retentionInDays: number }, { cell }) {
    const { group } = needGroup(cell, input.logGroupName);
    if (!RETENTION_DAYS.includes(input.retentionInDays))
      throw invalid(
        `1 validation error detected: Value '${input.retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    group.retention = input.retentionInDays;
    return {};
  },
  DeleteRetentionPolicy(input: { logGroupName: string }, { cell }) {
    needGroup(cell, input.logGroupName).group.retention = null;
    return {};
  },
  TagResource(input: { resourceArn: string; tags: Tags }, { cell }) {
    addTags(needGroup(cell, input.resourceArn).group, input.tags);
    return {};
  },
  UntagResource(input: { resourceArn: string; tagKeys: string[] }, { cell }) {
    untag(needGroup(cell, input.resourceArn).group.tags, input.tagKeys);
    return {};
  },
  ListTagsForResource: (input: { resourceArn: string }, { cell }) => ({
    tags: { ...needGroup(cell, input.resourceArn).group.tags },
  }),
  TagLogGroup(input: { logGroupName: string; tags: Tags }, { cell }) {
    addTags(needGroup(cell, input.logGroupName).group, input.tags);
    return {};
  },
  UntagLogGroup(input: { logGroupName: string; tags: string[] }, { cell }) {
    untag(needGroup(cell, input.logGroupName).group.tags, input.tags);
    return {};
  },
  ListTagsLogGroup: (input: { logGroupName: string }, { cell }) => ({
    tags: { ...needGroup(cell, input.logGroupName).group.tags },
  }),
};
