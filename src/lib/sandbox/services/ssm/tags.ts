/** Tags of parameters. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { tagList, tagsOf, untag, type Tag } from '../records.js';
import { lookUp, nameOf, type Stored } from './state.js';

const MAX_TAGS = 50;

interface Tagged {
  ResourceType?: string;
  ResourceId: string;
}

function resource(cell: Cell, { ResourceType = 'Parameter', ResourceId }: Tagged): Stored {
  if (ResourceType !== 'Parameter') throw new AwsError('InvalidResourceType', `${ResourceType} is not a valid resource type.`);
  const stored = lookUp(cell, nameOf(cell, ResourceId));
  if (!stored) throw new AwsError('InvalidResourceId', 'Invalid Resource Id');
  return stored;
}

export const tagOperations: Readonly<Record<string, Operation>> = {
  AddTagsToResource(input: Tagged & { Tags: Tag[] }, { cell }) {
    const stored = resource(cell, input);
    const tags = { ...stored.tags, ...tagsOf(input.Tags) };
    if (Object.keys(tags).length > MAX_TAGS)
      throw new AwsError('TooManyTagsError', 'The request exceeds the maximum number of tags of a resource.');
    stored.tags = tags;
    return {};
  },
  RemoveTagsFromResource(input: Tagged & { TagKeys: string[] }, { cell }) {
    untag(resource(cell, input).tags, input.TagKeys);
    return {};
  },
  ListTagsForResource: (input: Tagged, { cell }) => ({ TagList: tagList(resource(cell, input).tags) }),
};
