/** Namespaces of Cloud Map. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { tagsOf, type Tag } from '../records.js';
import { inProgress, start, underway } from './operations.js';
import { arnOf, badToken, needNamespace, newId, servicesOf, slice, type Namespace, type NamespaceType } from './state.js';

interface CreateInput {
  Name: string;
  CreatorRequestId?: string;
  Description?: string;
  Vpc?: string;
  Tags?: Tag[];
  Properties?: { DnsProperties: { SOA: { TTL: number } } };
}
const TTL = 60;

const create =
  (type: NamespaceType): Operation =>
  (input: CreateInput, context: CallContext) => {
    const { cell, now } = context;
    const held = slice(cell);
    const coming = held.pending.flatMap((id) => {
      const { change } = held.operations[id]!;
      return change.kind === 'createNamespace' ? { id, namespace: change.namespace } : [];
    });
    const token = input.CreatorRequestId;
    const same = coming.find(({ namespace }) => token !== undefined && namespace.creatorRequestId === token);
    if (same) throw inProgress(held.operations[same.id]!);
    const taken = [...Object.values(held.namespaces), ...coming.map(({ namespace }) => namespace)].find(
      ({ name }) => name === input.Name,
    );
    if (taken)
      throw new AwsError('NamespaceAlreadyExists', `Namespace with name ${input.Name} already exists.`, 400, {
        CreatorRequestId: taken.creatorRequestId,
        NamespaceId: taken.id,
      });
    const id = newId(context, 'ns', 16);
    const namespace: Namespace = {
      id,
      arn: arnOf(cell, 'namespace', id),
      name: input.Name,
      type,
      description: input.Description,
      creatorRequestId: token ?? context.id(32),
      zone: type === 'HTTP' ? null : `Z${newId(context, '', 20).toUpperCase()}`,
      ttl: input.Properties?.DnsProperties.SOA.TTL ?? TTL,
      tags: tagsOf(input.Tags),
      createdAt: now,
    };
    return start(context, { kind: 'createNamespace', namespace }, { NAMESPACE: id });
  };

const show = (context: CallContext, namespace: Namespace): object => ({
  Id: namespace.id,
  Arn: namespace.arn,
  ResourceOwner: context.account,
  Name: namespace.name,
  Type: namespace.type,
  Description: namespace.description,
  ServiceCount: servicesOf(context.cell, namespace.id).length,
  Properties: {
    DnsProperties: namespace.zone === null ? { SOA: {} } : { HostedZoneId: namespace.zone, SOA: { TTL: namespace.ttl } },
    HttpProperties: { HttpName: namespace.name },
  },
  CreateDate: new Date(namespace.createdAt),
});

const remove: Operation = (input: { Id: string }, context) => {
  const namespace = needNamespace(context.cell, input.Id);
  if (servicesOf(context.cell, namespace.id).length > 0)
    throw new AwsError('ResourceInUse', `Namespace has associated services: ${namespace.id}`);
  const running = underway(context.cell, 'DELETE_NAMESPACE', { NAMESPACE: namespace.id });
  if (running) throw inProgress(running);
  return start(context, { kind: 'deleteNamespace', id: namespace.id }, { NAMESPACE: namespace.id });
};

interface UpdateInput {
  Id: string;
  Namespace: { Description?: string; Properties?: { DnsProperties: { SOA: { TTL: number } } } };
}

const update: Operation = (input: UpdateInput, context) => {
  const { id } = needNamespace(context.cell, input.Id);
  const ttl = input.Namespace.Properties?.DnsProperties.SOA.TTL;
  return start(context, { kind: 'updateNamespace', id, description: input.Namespace.Description, ttl }, { NAMESPACE: id });
};

interface ListInput {
  Filters?: { Name: string; Values: string[]; Condition?: string }[];
  MaxResults?: number;
  NextToken?: string;
}

export const namespaceOperations: Readonly<Record<string, Operation>> = {
  CreatePrivateDnsNamespace: create('DNS_PRIVATE'),
  CreatePublicDnsNamespace: create('DNS_PUBLIC'),
  CreateHttpNamespace: create('HTTP'),
  UpdatePrivateDnsNamespace: update,
  UpdatePublicDnsNamespace: update,
  UpdateHttpNamespace: update,
  DeleteNamespace: remove,
  GetNamespace(input: { Id: string }, context) {
    const namespace = needNamespace(context.cell, input.Id);
    return { Namespace: { ...show(context, namespace), CreatorRequestId: namespace.creatorRequestId } };
  },
  ListNamespaces(input: ListInput, context) {
    const fits = (namespace: Namespace): boolean =>
      (input.Filters ?? []).every(({ Name, Values, Condition }) => {
        const texts: Readonly<Record<string, string>> = {
          TYPE: namespace.type,
          NAME: namespace.name,
          HTTP_NAME: namespace.name,
          RESOURCE_OWNER: 'SELF',
        };
        const text = texts[Name] ?? '';
        return Condition === 'BEGINS_WITH' ? Values.some((value) => text.startsWith(value)) : Values.includes(text);
      });
    const found = Object.values(slice(context.cell).namespaces).filter(fits);
    const { items, token } = page(found, input.NextToken, input.MaxResults ?? 100, badToken);
    return { Namespaces: items.map((namespace) => show(context, namespace)), NextToken: token };
  },
};
