/** AWS::ServiceDiscovery: namespaces, services and instances of Cloud Map. */
import type { CallContext } from '../../../service.js';
import { servicediscovery as service } from '../../servicediscovery.js';
import { call, chosen, tagsOf, unlessGone, without, type Made, type Properties, type ResourceType } from './type.js';

const tagged = (properties: Properties): Properties => (tagsOf(properties).length > 0 ? { Tags: tagsOf(properties) } : {});

interface Operation {
  Status: string;
  ErrorMessage?: string;
  Targets?: Record<string, string>;
}

interface Namespace extends Properties {
  Id: string;
  Arn: string;
  Properties?: { DnsProperties?: { HostedZoneId?: string } };
}
const namespaceOf = (context: CallContext, Id: string): Namespace =>
  call(service, 'GetNamespace', { Id }, context)['Namespace'] as Namespace;
function namespaceMade(context: CallContext, id: string): Made {
  const found = unlessGone(() => namespaceOf(context, id));
  const arn = `arn:aws:servicediscovery:${context.region}:${context.account}:namespace/${id}`;
  const zone = found?.Properties?.DnsProperties?.HostedZoneId;
  return { physical: id, attributes: { Id: id, Arn: found?.Arn ?? arn, HostedZoneId: zone ?? '' } };
}

const namespace = (kind: 'Http' | 'PrivateDns' | 'PublicDns'): ResourceType => ({
  create(context, properties) {
    const input = { ...without(properties, 'Tags'), ...tagged(properties) };
    const { OperationId } = call(service, `Create${kind}Namespace`, input, context);
    const { Operation: begun } = call(service, 'GetOperation', { OperationId }, context) as { Operation: Operation };
    return namespaceMade(context, begun.Targets?.['NAMESPACE'] ?? '');
  },
  settled: (context, physical) => unlessGone(() => namespaceOf(context, physical)) !== null,
  update(context, physical, properties) {
    const Namespace = chosen(properties, 'Description', 'Properties');
    call(service, `Update${kind}Namespace`, { Id: physical, Namespace }, context);
    return namespaceMade(context, physical);
  },
  remove: (context, physical) => void call(service, 'DeleteNamespace', { Id: physical }, context),
  gone: (context, physical) => unlessGone(() => namespaceOf(context, physical)) === null,
  read: (context, physical, properties) =>
    unlessGone(() => ({
      ...chosen(properties, 'Vpc', 'Tags', 'Properties'),
      ...chosen(namespaceOf(context, physical), 'Name', 'Description'),
    })),
});

const serviceMade = (id: string, found: Properties): Made => ({
  physical: id,
  attributes: { Id: id, Arn: String(found['Arn']), Name: String(found['Name']) },
});
const serviceOf = (context: CallContext, Id: string): Properties =>
  call(service, 'GetService', { Id }, context)['Service'] as Properties;

const discoveryService: ResourceType = {
  create(context, properties) {
    const input = { ...without(properties, 'Tags', 'ServiceAttributes'), ...tagged(properties) };
    const made = call(service, 'CreateService', input, context)['Service'] as Properties;
    return serviceMade(String(made['Id']), made);
  },
  update(context, physical, properties) {
    const Service = chosen(properties, 'Description', 'DnsConfig', 'HealthCheckConfig');
    call(service, 'UpdateService', { Id: physical, Service }, context);
    return serviceMade(physical, serviceOf(context, physical));
  },
  remove: (context, physical) => void call(service, 'DeleteService', { Id: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => ({ ...chosen(properties, 'Tags', 'ServiceAttributes', 'Type'), ...serviceOf(context, physical) })),
};

function register(context: CallContext, InstanceId: string, properties: Properties): Made {
  const Attributes = properties['InstanceAttributes'];
  call(service, 'RegisterInstance', { ServiceId: properties['ServiceId'], InstanceId, Attributes }, context);
  return { physical: InstanceId, attributes: {} };
}
const instance: ResourceType = {
  create: (context, properties) => register(context, String(properties['InstanceId'] ?? context.id(32)), properties),
  update: (context, physical, properties) => register(context, physical, properties),
  remove: (context, InstanceId, { ServiceId }) => void call(service, 'DeregisterInstance', { ServiceId, InstanceId }, context),
  read: (context, InstanceId, { ServiceId }) =>
    unlessGone(() => {
      const found = call(service, 'GetInstance', { ServiceId, InstanceId }, context)['Instance'] as Properties;
      return { ServiceId, InstanceId, InstanceAttributes: found['Attributes'] };
    }),
};

export const discoveryTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ServiceDiscovery::HttpNamespace': namespace('Http'),
  'AWS::ServiceDiscovery::PrivateDnsNamespace': namespace('PrivateDns'),
  'AWS::ServiceDiscovery::PublicDnsNamespace': namespace('PublicDns'),
  'AWS::ServiceDiscovery::Service': discoveryService,
  'AWS::ServiceDiscovery::Instance': instance,
};
