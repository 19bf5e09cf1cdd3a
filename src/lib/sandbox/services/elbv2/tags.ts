/** Tags of load balancers, listeners, rules and target groups. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { needBalancer, needGroup, needListener, needRule, slice } from './state.js';

export interface Tag {
  Key?: string;
  Value?: string;
}

const MAX_TAGS = 50;

/** What has the ARN has to be there. */
function needResource(cell: Cell, arn: string): void {
  if (arn.includes(':targetgroup/')) needGroup(cell, arn);
  else if (arn.includes(':listener-rule/')) needRule(cell, arn);
  else if (arn.includes(':listener/')) needListener(cell, arn);
  else needBalancer(cell, arn);
}

/** Tags that a call gives, checked before anything is made. */
export function tagsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  const keys = (tags ?? []).map((tag) => tag.Key ?? '');
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new AwsError('DuplicateTagKeys', `Duplicate tag keys found: ${twice}`);
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

export const tagOperations: Record<string, Operation> = {
  AddTags({ ResourceArns, Tags }: { ResourceArns: string[]; Tags: Tag[] }, { cell }) {
    const added = tagsOf(Tags);
    const { tags } = slice(cell);
    for (const arn of ResourceArns) {
      needResource(cell, arn);
      if (Object.keys({ ...tags[arn], ...added }).length > MAX_TAGS)
        throw new AwsError('TooManyTags', `The maximum number of tags per resource is ${MAX_TAGS}`);
    }
    for (const arn of ResourceArns) tags[arn] = { ...tags[arn], ...added };
    return {};
  },
  RemoveTags({ ResourceArns, TagKeys }: { ResourceArns: string[]; TagKeys: string[] }, { cell }) {
    for (const arn of ResourceArns) needResource(cell, arn);
    for (const arn of ResourceArns) for (const key of TagKeys) delete slice(cell).tags[arn]?.[key];
    return {};
  },
  DescribeTags({ ResourceArns }: { ResourceArns: string[] }, { cell }) {
    return {
      TagDescriptions: ResourceArns.map((ResourceArn) => {
        needResource(cell, ResourceArn);
        const held = slice(cell).tags[ResourceArn] ?? {};
        return { ResourceArn, Tags: Object.entries(held).map(([Key, Value]) => ({ Key, Value })) };
      }),
    };
  },
};
