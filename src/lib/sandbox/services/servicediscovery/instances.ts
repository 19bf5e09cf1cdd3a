/** Instances of Cloud Map's services: registered, listed, discovered. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { entry, sorted } from '../records.js';
import { inProgress, start, underway } from './operations.js';
import { badToken, invalid, needService, servicesOf, slice, type Registration, type Service } from './state.js';

const MAX_ATTRIBUTES = 30;

interface RegisterInput {
  ServiceId: string;
  InstanceId: string;
  CreatorRequestId?: string;
  Attributes: Record<string, string>;
}

function check({ Attributes }: RegisterInput, service: Service): void {
  if (Object.keys(Attributes).length > MAX_ATTRIBUTES)
    throw invalid(`The maximum number of attributes of an instance is ${MAX_ATTRIBUTES}.`);
  const types = service.dns?.DnsRecords.map(({ Type }) => Type) ?? [];
  if (types.length === 0 || Attributes['AWS_ALIAS_DNS_NAME'] || Attributes['AWS_EC2_INSTANCE_ID']) return;
  const needed = [
    ...(types.includes('A') ? ['AWS_INSTANCE_IPV4'] : []),
    ...(types.includes('AAAA') ? ['AWS_INSTANCE_IPV6'] : []),
    ...(types.includes('SRV') ? ['AWS_INSTANCE_PORT'] : []),
    ...(types.includes('CNAME') ? ['AWS_INSTANCE_CNAME'] : []),
  ];
  const missing = needed.find((name) => !Attributes[name]);
  if (missing) throw invalid(`The attribute ${missing} is required for the DNS records of the service.`);
}

const noInstance = (id: string, service: Service): AwsError =>
  new AwsError('InstanceNotFound', `Instance with id ${id} not found in service ${service.id}.`);

function needInstance(service: Service, id: string): Registration {
  const found = entry(service.instances, id);
  if (!found) throw noInstance(id, service);
  return found;
}

const healthOf = ({ custom }: Registration): string => custom ?? 'UNKNOWN';

interface DiscoverInput {
  NamespaceName: string;
  ServiceName: string;
  MaxResults?: number;
  QueryParameters?: Record<string, string>;
  OptionalParameters?: Record<string, string>;
  HealthStatus?: 'HEALTHY' | 'UNHEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL';
}

function findByName({ cell }: CallContext, input: { NamespaceName: string; ServiceName: string }): Service {
  const namespace = Object.values(slice(cell).namespaces).find(({ name }) => name === input.NamespaceName);
  if (!namespace) throw new AwsError('NamespaceNotFound', `Namespace with name ${input.NamespaceName} not found.`);
  const service = servicesOf(cell, namespace.id).find(({ name }) => name === input.ServiceName);
  if (!service) throw new AwsError('ServiceNotFound', `Service with name ${input.ServiceName} not found.`);
  return service;
}

function discover(input: DiscoverInput, context: CallContext): object {
  const service = findByName(context, input);
  const has = (parameters: Record<string, string> | undefined, { attributes }: Registration): boolean =>
    Object.entries(parameters ?? {}).every(([key, value]) => attributes[key] === value);
  const all = sorted(service.instances).filter(([, one]) => has(input.QueryParameters, one));
  // Whoever has no health check counts as healthy.
  const healthy = all.filter(([, one]) => healthOf(one) !== 'UNHEALTHY');
  const status = input.HealthStatus ?? 'HEALTHY_OR_ELSE_ALL';
  const byHealth =
    status === 'ALL'
      ? all
      : status === 'UNHEALTHY'
        ? all.filter(([, one]) => healthOf(one) === 'UNHEALTHY')
        : status === 'HEALTHY' || healthy.length > 0
          ? healthy
          : all;
  const preferred = byHealth.filter(([, one]) => has(input.OptionalParameters, one));
  const found = preferred.length > 0 ? preferred : byHealth;
  return {
    Instances: found.slice(0, input.MaxResults ?? 100).map(([InstanceId, one]) => ({
      InstanceId,
      NamespaceName: input.NamespaceName,
      ServiceName: input.ServiceName,
      HealthStatus: healthOf(one),
      Attributes: one.attributes,
    })),
    InstancesRevision: service.revision,
  };
}

export const instanceOperations: Readonly<Record<string, Operation>> = {
  RegisterInstance(input: RegisterInput, context) {
    const service = needService(context.cell, input.ServiceId);
    check(input, service);
    const targets = { INSTANCE: input.InstanceId, SERVICE: service.id };
    const running = underway(context.cell, 'REGISTER_INSTANCE', targets);
    if (running) throw inProgress(running);
    const { AWS_INIT_HEALTH_STATUS: initial, ...attributes } = input.Attributes;
    const registration: Registration = {
      attributes,
      creatorRequestId: input.CreatorRequestId ?? context.id(32),
      custom: service.customHealthCheck ? (initial === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY') : null,
    };
    return start(context, { kind: 'register', service: service.id, instance: input.InstanceId, registration }, targets);
  },
  DeregisterInstance(input: { ServiceId: string; InstanceId: string }, context) {
    const service = needService(context.cell, input.ServiceId);
    needInstance(service, input.InstanceId);
    const targets = { INSTANCE: input.InstanceId, SERVICE: service.id };
    const running = underway(context.cell, 'DEREGISTER_INSTANCE', targets);
    if (running) throw inProgress(running);
    return start(context, { kind: 'deregister', service: service.id, instance: input.InstanceId }, targets);
  },
  GetInstance(input: { ServiceId: string; InstanceId: string }, { cell, account }) {
    const { attributes, creatorRequestId } = needInstance(needService(cell, input.ServiceId), input.InstanceId);
    return {
      ResourceOwner: account,
      Instance: { Id: input.InstanceId, CreatorRequestId: creatorRequestId, Attributes: attributes },
    };
  },
  ListInstances(input: { ServiceId: string; MaxResults?: number; NextToken?: string }, { cell, account }) {
    const all = sorted(needService(cell, input.ServiceId).instances);
    const { items, token } = page(all, input.NextToken, input.MaxResults ?? 100, badToken);
    return {
      ResourceOwner: account,
      Instances: items.map(([Id, { attributes }]) => ({ Id, Attributes: attributes })),
      NextToken: token,
    };
  },
  GetInstancesHealthStatus(
    input: { ServiceId: string; Instances?: string[]; MaxResults?: number; NextToken?: string },
    { cell },
  ) {
    const service = needService(cell, input.ServiceId);
    input.Instances?.forEach((id) => needInstance(service, id));
    const asked = sorted(service.instances).filter(([id]) => !input.Instances || input.Instances.includes(id));
    const { items, token } = page(asked, input.NextToken, input.MaxResults ?? 100, badToken);
    return { Status: Object.fromEntries(items.map(([id, one]) => [id, healthOf(one)])), NextToken: token };
  },
  UpdateInstanceCustomHealthStatus(input: { ServiceId: string; InstanceId: string; Status: 'HEALTHY' | 'UNHEALTHY' }, { cell }) {
    const service = needService(cell, input.ServiceId);
    const instance = needInstance(service, input.InstanceId);
    if (!service.customHealthCheck)
      throw new AwsError('CustomHealthNotFound', `The service ${service.id} has no custom health check.`);
    instance.custom = input.Status;
    service.revision++;
    return {};
  },
  DiscoverInstances: discover,
  DiscoverInstancesRevision: (input: { NamespaceName: string; ServiceName: string }, context) => ({
    InstancesRevision: findByName(context, input).revision,
  }),
};
