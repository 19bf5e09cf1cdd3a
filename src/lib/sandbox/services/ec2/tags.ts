/** Tags of EC2 resources: one map by id for all of them. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { filtered, pageOf, type Filter } from './filters.js';
import { network } from './state.js';

export interface Tag {
  Key?: string;
  Value?: string;
}
export interface Tagged {
  TagSpecifications?: { ResourceType?: string; Tags?: Tag[] }[];
}

/** Resource types by the first part of an id. */
const types: Readonly<Record<string, string>> = {
  vpc: 'vpc',
  subnet: 'subnet',
  rtb: 'route-table',
  igw: 'internet-gateway',
  nat: 'natgateway',
  eipalloc: 'elastic-ip',
  sg: 'security-group',
  sgr: 'security-group-rule',
  eni: 'network-interface',
  acl: 'network-acl',
  dopt: 'dhcp-options',
};
const typeOf = (id: string): string => types[id.split('-')[0]!] ?? 'unknown';

export const tagsOf = (cell: Cell, id: string): { Key: string; Value: string }[] =>
  Object.entries(network(cell).tags[id] ?? {}).map(([Key, Value]) => ({ Key, Value }));

function put(cell: Cell, id: string, tags: readonly Tag[]): void {
  const held = { ...network(cell).tags[id] };
  for (const { Key = '', Value = '' } of tags) {
    if (Key.startsWith('aws:'))
      throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    if (Key === '' || Key.length > 128)
      throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 128 characters or is empty`);
    if (Value.length > 256) throw new AwsError('InvalidParameterValue', `Tag value exceeds the maximum length of 256 characters`);
    held[Key] = Value;
  }
  if (Object.keys(held).length > 50)
    throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
  network(cell).tags[id] = held;
}

/** Puts what a creating call said under TagSpecifications on the resource; another resource type there is refused. */
export function tagNew(cell: Cell, id: string, { TagSpecifications = [] }: Tagged): void {
  for (const { ResourceType, Tags = [] } of TagSpecifications) {
    if (ResourceType !== typeOf(id))
      throw new AwsError('InvalidParameterValue', `'${ResourceType}' is not a valid taggable resource type for this operation.`);
    if (Tags.length > 0) put(cell, id, Tags);
  }
}

export const forgetTags = (cell: Cell, id: string): void => void delete network(cell).tags[id];

function needTaggable(cell: Cell, id: string): void {
  const { vpcs, groups, ...rest } = network(cell);
  const inSlice = [
    vpcs,
    groups,
    rest.subnets,
    rest.routeTables,
    rest.gateways,
    rest.natGateways,
    rest.addresses,
    rest.interfaces,
  ];
  if (inSlice.some((part) => Object.hasOwn(part, id))) return;
  if (Object.values(groups).some((group) => group.rules.some((rule) => rule.id === id))) return;
  if (Object.values(vpcs).some((vpc) => vpc.acl === id || vpc.dhcpOptions === id)) return;
  throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
}

export const tagOperations: Record<string, Operation> = {
  CreateTags({ Resources, Tags }: { Resources: string[]; Tags: Tag[] }, { cell }) {
    for (const id of Resources) needTaggable(cell, id);
    for (const id of Resources) put(cell, id, Tags);
    return {};
  },
  DeleteTags({ Resources, Tags }: { Resources: string[]; Tags?: Tag[] }, { cell }) {
    for (const id of Resources) needTaggable(cell, id);
    for (const id of Resources) {
      const held = network(cell).tags[id];
      if (!held) continue;
      if (!Tags) delete network(cell).tags[id];
      // A value that is given has to be the one that is there.
      for (const { Key = '', Value } of Tags ?? []) if (Value === undefined || held[Key] === Value) delete held[Key];
    }
    return {};
  },
  DescribeTags(input: { Filters?: Filter[]; MaxResults?: number; NextToken?: string }, { cell }) {
    const all = Object.entries(network(cell).tags).flatMap(([ResourceId, tags]) =>
      Object.entries(tags).map(([Key, Value]) => ({ ResourceId, ResourceType: typeOf(ResourceId), Key, Value })),
    );
    const found = filtered(cell, all, input.Filters, {
      key: (t) => [t.Key],
      value: (t) => [t.Value],
      'resource-id': (t) => [t.ResourceId],
      'resource-type': (t) => [t.ResourceType],
    });
    const { items, token } = pageOf(found, input);
    return { Tags: items, NextToken: token };
  },
};
