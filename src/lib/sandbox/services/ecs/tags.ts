/** Tags of everything in ECS that carries them, by ARN. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { findDefinition, own, slice, type Tag } from './state.js';

/** What carries the tags; the ARN says of which kind it is. */
function taggedBy(cell: Cell, arn: string): { tags: Tag[] } {
  const [, kind = '', rest = ''] = /^arn:aws[\w-]*:ecs:[\w-]+:\d{12}:([\w-]+)\/(.+)$/.exec(arn) ?? [];
  const { clusters, services, tasks, instances, providers } = slice(cell);
  const last = rest.split('/').at(-1)!;
  const cluster = own(clusters, last);
  const task = own(tasks, last);
  const found = {
    cluster: cluster?.status === 'ACTIVE' ? cluster : undefined,
    service: own(services, rest.includes('/') ? rest : `default/${rest}`),
    task: task?.status === 'STOPPED' ? undefined : task,
    'task-definition': /:\d+$/.test(rest) ? (findDefinition(cell, rest) ?? undefined) : undefined,
    'container-instance': own(instances, last),
    'capacity-provider': own(providers, last),
  };
  if (!kind || !Object.hasOwn(found, kind))
    throw new AwsError('InvalidParameterException', 'Invalid identifier: Unexpected ARN format.');
  const carrier = found[kind as keyof typeof found];
  if (!carrier) throw new AwsError('InvalidParameterException', 'The specified resource was not found.');
  return carrier;
}

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource(input: { resourceArn: string; tags: Tag[] }, { cell }) {
    const carrier = taggedBy(cell, input.resourceArn);
    const kept = carrier.tags.filter((t) => !input.tags.some((n) => n.key === t.key));
    if (kept.length + input.tags.length > 50)
      throw new AwsError('InvalidParameterException', 'The number of tags exceeds the limit of 50.');
    carrier.tags = [...kept, ...input.tags];
    return {};
  },
  UntagResource(input: { resourceArn: string; tagKeys: string[] }, { cell }) {
    const carrier = taggedBy(cell, input.resourceArn);
    carrier.tags = carrier.tags.filter((t) => !input.tagKeys.includes(t.key));
    return {};
  },
  ListTagsForResource: (input: { resourceArn: string }, { cell }) => ({ tags: taggedBy(cell, input.resourceArn).tags }),
};
