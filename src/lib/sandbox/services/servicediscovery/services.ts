/** Services of Cloud Map. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { tagsOf, type Tag } from '../records.js';
import { start } from './operations.js';
import {
  arnOf,
  badToken,
  invalid,
  needNamespace,
  needService,
  newId,
  servicesOf,
  slice,
  type DnsConfig,
  type Namespace,
  type Service,
} from './state.js';

interface CreateInput {
  Name: string;
  NamespaceId?: string;
  CreatorRequestId?: string;
  Description?: string;
  DnsConfig?: DnsConfig;
  HealthCheckConfig?: object;
  HealthCheckCustomConfig?: object;
  Tags?: Tag[];
  Type?: 'HTTP';
}

function check(input: CreateInput, namespace: Namespace): void {
  if (input.HealthCheckConfig && input.HealthCheckCustomConfig)
    throw invalid('You can specify either HealthCheckConfig or HealthCheckCustomConfig, but not both.');
  if (input.DnsConfig && namespace.type === 'HTTP')
    throw invalid('DnsConfig cannot be specified for a service in an HTTP namespace.');
  if (input.DnsConfig && input.Type === 'HTTP') throw invalid('DnsConfig cannot be specified for a service of type HTTP.');
  if (!input.DnsConfig && namespace.type !== 'HTTP' && input.Type !== 'HTTP')
    throw invalid(`DnsConfig is required for a service in a ${namespace.type} namespace.`);
  if (input.HealthCheckConfig && namespace.type === 'DNS_PRIVATE')
    throw invalid('HealthCheckConfig cannot be specified for a service in a private DNS namespace.');
}

function create(input: CreateInput, context: CallContext): object {
  const { cell, now } = context;
  const reference = input.NamespaceId ?? input.DnsConfig?.NamespaceId;
  if (reference === undefined) throw invalid('NamespaceId is required.');
  const namespace = needNamespace(cell, reference);
  check(input, namespace);
  const taken = servicesOf(cell, namespace.id).find(({ name }) => name === input.Name);
  if (taken && input.CreatorRequestId !== undefined && taken.creatorRequestId === input.CreatorRequestId)
    return { Service: show(context, taken) };
  if (taken)
    throw new AwsError('ServiceAlreadyExists', `Service already exists: ${input.Name}`, 400, {
      CreatorRequestId: taken.creatorRequestId,
      ServiceId: taken.id,
      ServiceArn: taken.arn,
    });
  const id = newId(context, 'srv', 16);
  const service: Service = {
    id,
    arn: arnOf(cell, 'service', id),
    name: input.Name,
    namespace: namespace.id,
    description: input.Description,
    creatorRequestId: input.CreatorRequestId ?? context.id(32),
    dns: input.DnsConfig && { RoutingPolicy: 'MULTIVALUE', ...input.DnsConfig },
    healthCheck: input.HealthCheckConfig,
    customHealthCheck: input.HealthCheckCustomConfig,
    type: input.DnsConfig ? 'DNS_HTTP' : 'HTTP',
    instances: {},
    revision: 1,
    tags: tagsOf(input.Tags),
    createdAt: now,
  };
  slice(cell).services[id] = service;
  return { Service: show(context, service) };
}

const summary = (service: Service): object => ({
  Id: service.id,
  Arn: service.arn,
  Name: service.name,
  Type: service.type,
  Description: service.description,
  InstanceCount: Object.keys(service.instances).length,
  DnsConfig: service.dns ?? (service.type === 'HTTP' ? undefined : {}),
  HealthCheckConfig: service.healthCheck,
  HealthCheckCustomConfig: service.customHealthCheck,
  CreateDate: new Date(service.createdAt),
});

const show = ({ account }: CallContext, service: Service): object => ({
  ...summary(service),
  ResourceOwner: account,
  NamespaceId: service.namespace,
  ...(service.dns ? { DnsConfig: { NamespaceId: service.namespace, ...service.dns } } : {}),
  CreatorRequestId: service.creatorRequestId,
});

interface UpdateInput {
  Id: string;
  Service: { Description?: string; DnsConfig?: DnsConfig; HealthCheckConfig?: object };
}
interface ListInput {
  Filters?: { Name: string; Values: string[]; Condition?: string }[];
  MaxResults?: number;
  NextToken?: string;
}

export const serviceOperations: Readonly<Record<string, Operation>> = {
  CreateService: create,
  GetService: (input: { Id: string }, context) => ({ Service: show(context, needService(context.cell, input.Id)) }),
  ListServices(input: ListInput, context) {
    const found = Object.values(slice(context.cell).services).filter((service) =>
      (input.Filters ?? []).every(({ Name, Values }) =>
        Name === 'NAMESPACE_ID' ? Values.some((value) => value.split('/').at(-1) === service.namespace) : Values.includes('SELF'),
      ),
    );
    const { items, token } = page(found, input.NextToken, input.MaxResults ?? 100, badToken);
    return { Services: items.map((service) => ({ ...summary(service), ResourceOwner: context.account })), NextToken: token };
  },
  UpdateService(input: UpdateInput, context) {
    const { id } = needService(context.cell, input.Id);
    const { Description, DnsConfig, HealthCheckConfig } = input.Service;
    const change = { id, description: Description, dns: DnsConfig, healthCheck: HealthCheckConfig };
    return start(context, { kind: 'updateService', ...change }, { SERVICE: id });
  },
  DeleteService(input: { Id: string }, { cell }) {
    const service = needService(cell, input.Id);
    if (Object.keys(service.instances).length > 0)
      throw new AwsError(
        'ResourceInUse',
        `Service contains registered instances; delete the instances before deleting the service`,
      );
    delete slice(cell).services[service.id];
    return {};
  },
};
