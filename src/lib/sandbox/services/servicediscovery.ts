/** Cloud Map: namespaces, services, instances, and operations that take their time. */
import { AwsError, type Cell, type SandboxService } from '../service.js';
import { tagList, tagsOf, untag, type Tag } from './records.js';
import { instanceOperations } from './servicediscovery/instances.js';
import { namespaceOperations } from './servicediscovery/namespaces.js';
import { advance, nextEventAt, operationOperations } from './servicediscovery/operations.js';
import { serviceOperations } from './servicediscovery/services.js';
import { slice } from './servicediscovery/state.js';

const MAX_TAGS = 50;

function tagged(cell: Cell, arn: string): { tags: Record<string, string> } {
  const { namespaces, services } = slice(cell);
  const found = [...Object.values(namespaces), ...Object.values(services)].find((resource) => resource.arn === arn);
  if (!found) throw new AwsError('ResourceNotFoundException', `Resource not found: ${arn}`);
  return found;
}

export const servicediscovery: SandboxService = {
  name: 'servicediscovery',
  operations: {
    ...namespaceOperations,
    ...serviceOperations,
    ...instanceOperations,
    ...operationOperations,
    TagResource(input: { ResourceARN: string; Tags: Tag[] }, { cell }) {
      const resource = tagged(cell, input.ResourceARN);
      const tags = { ...resource.tags, ...tagsOf(input.Tags) };
      if (Object.keys(tags).length > MAX_TAGS)
        throw new AwsError('TooManyTagsException', 'The maximum number of tags of a resource is 50.', 400, {
          ResourceName: input.ResourceARN,
        });
      resource.tags = tags;
      return {};
    },
    UntagResource(input: { ResourceARN: string; TagKeys: string[] }, { cell }) {
      untag(tagged(cell, input.ResourceARN).tags, input.TagKeys);
      return {};
    },
    ListTagsForResource: (input: { ResourceARN: string }, { cell }) => ({ Tags: tagList(tagged(cell, input.ResourceARN).tags) }),
  },
  nextEventAt,
  advance,
};
