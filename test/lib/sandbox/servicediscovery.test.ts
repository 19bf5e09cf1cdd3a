import { describe, expect, it } from 'vitest';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('servicediscovery');

function map() {
  const { d, call } = make();
  const status = (OperationId: string) => call('GetOperation', { OperationId }).Operation;
  const namespace = (operation: string, Name: string, more: object = {}): string => {
    const { OperationId } = call(operation, { Name, ...more });
    d.pass(30);
    return status(OperationId).Targets.NAMESPACE;
  };
  const dns = (Name: string, NamespaceId: string, more: object = {}) =>
    call('CreateService', { Name, NamespaceId, DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }] }, ...more }).Service;
  const register = (ServiceId: string, InstanceId: string, Attributes: object) =>
    call('RegisterInstance', { ServiceId, InstanceId, Attributes }).OperationId as string;
  return { d, call, status, namespace, dns, register };
}

describe('Cloud Map', () => {
  it('makes namespaces after a while', () => {
    const { d, call, status, namespace } = map();
    const { OperationId } = call('CreatePrivateDnsNamespace', { Name: 'shop.local', Vpc: 'vpc-1', CreatorRequestId: 'once' });
    expect(status(OperationId)).toMatchObject({ Status: 'PENDING', Type: 'CREATE_NAMESPACE' });
    expect(call('ListNamespaces').Namespaces).toEqual([]);
    expect(() => call('CreatePrivateDnsNamespace', { Name: 'shop.local', Vpc: 'vpc-1', CreatorRequestId: 'once' })).toThrow(
      refused('DuplicateRequest'),
    );
    expect(() => call('CreateHttpNamespace', { Name: 'shop.local' })).toThrow(refused('NamespaceAlreadyExists'));
    d.pass(30);
    expect(status(OperationId).Status).toBe('SUCCESS');
    const id = status(OperationId).Targets.NAMESPACE;
    expect(call('GetNamespace', { Id: id }).Namespace).toMatchObject({
      Arn: `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${id}`,
      Type: 'DNS_PRIVATE',
      ServiceCount: 0,
      Properties: { DnsProperties: { HostedZoneId: expect.stringMatching(/^Z/) }, HttpProperties: { HttpName: 'shop.local' } },
      CreatorRequestId: 'once',
    });
    namespace('CreateHttpNamespace', 'baf');
    const names = (Filters: object[]) => call('ListNamespaces', { Filters }).Namespaces.map((n: { Name: string }) => n.Name);
    expect(names([{ Name: 'TYPE', Values: ['HTTP'] }])).toEqual(['baf']);
    expect(names([{ Name: 'NAME', Values: ['shop'], Condition: 'BEGINS_WITH' }])).toEqual(['shop.local']);
    expect(() => call('GetOperation', { OperationId: 'none' })).toThrow(refused('OperationNotFound'));
    expect(call('ListOperations', { Filters: [{ Name: 'STATUS', Values: ['SUCCESS'] }] }).Operations).toHaveLength(2);
    const update = call('UpdatePrivateDnsNamespace', { Id: id, UpdaterRequestId: 'u', Namespace: { Description: 'd' } });
    d.pass(10);
    expect(status(update.OperationId).Status).toBe('SUCCESS');
    expect(call('GetNamespace', { Id: id }).Namespace.Description).toBe('d');
  });

  it('makes services in them, and deletes from the inside out', () => {
    const { d, call, namespace, dns, register } = map();
    const id = namespace('CreatePrivateDnsNamespace', 'shop.local', { Vpc: 'vpc-1' });
    const service = dns('ui', id, { CreatorRequestId: 'c', Tags: [{ Key: 'a', Value: 'b' }] });
    expect(service).toMatchObject({ Name: 'ui', NamespaceId: id, Type: 'DNS_HTTP', DnsConfig: { RoutingPolicy: 'MULTIVALUE' } });
    expect(dns('ui', id, { CreatorRequestId: 'c' }).Id).toBe(service.Id);
    expect(() => dns('ui', id)).toThrow(refused('ServiceAlreadyExists'));
    expect(() => dns('api', 'ns-none')).toThrow(refused('NamespaceNotFound'));
    expect(() => dns('api', id, { HealthCheckConfig: { Type: 'TCP' }, HealthCheckCustomConfig: {} })).toThrow(
      refused('InvalidInput', /not both/),
    );
    expect(() => dns('api', id, { DnsConfig: undefined })).toThrow(refused('InvalidInput', /DnsConfig is required/));
    const list = (Filters: object[]) => call('ListServices', { Filters }).Services;
    expect(list([{ Name: 'NAMESPACE_ID', Values: [id] }])).toMatchObject([{ Name: 'ui', InstanceCount: 0 }]);
    expect(list([{ Name: 'NAMESPACE_ID', Values: ['ns-none'] }])).toEqual([]);
    call('UpdateService', { Id: service.Id, Service: { DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 60 }] } } });
    d.pass(5);
    expect(call('GetService', { Id: service.Arn }).Service.DnsConfig.DnsRecords).toEqual([{ Type: 'A', TTL: 60 }]);
    register(service.Id, 'i1', { AWS_INSTANCE_IPV4: '10.0.0.1' });
    d.pass(3);
    expect(() => call('DeleteService', { Id: service.Id })).toThrow(refused('ResourceInUse'));
    expect(() => call('DeleteNamespace', { Id: id })).toThrow(refused('ResourceInUse'));
    call('DeregisterInstance', { ServiceId: service.Id, InstanceId: 'i1' });
    d.pass(3);
    call('DeleteService', { Id: service.Id });
    expect(() => call('GetService', { Id: service.Id })).toThrow(refused('ServiceNotFound'));
    call('DeleteNamespace', { Id: id });
    expect(() => call('DeleteNamespace', { Id: id })).toThrow(refused('DuplicateRequest'));
    d.pass(30);
    expect(() => call('GetNamespace', { Id: id })).toThrow(refused('NamespaceNotFound'));
  });

  it('registers instances and discovers them by health and attributes', () => {
    const { d, call, namespace, dns, register } = map();
    const id = namespace('CreatePrivateDnsNamespace', 'shop.local', { Vpc: 'vpc-1' });
    const { Id } = dns('ui', id, { HealthCheckCustomConfig: { FailureThreshold: 1 } });
    expect(() => register(Id, 'x', {})).toThrow(refused('InvalidInput', /AWS_INSTANCE_IPV4/));
    register(Id, 'i1', { AWS_INSTANCE_IPV4: '10.0.0.1', color: 'blue' });
    expect(() => register(Id, 'i1', { AWS_INSTANCE_IPV4: '10.0.0.1' })).toThrow(refused('DuplicateRequest'));
    register(Id, 'i2', { AWS_INSTANCE_IPV4: '10.0.0.2', color: 'green' });
    const discover = (more: object = {}) =>
      call('DiscoverInstances', { NamespaceName: 'shop.local', ServiceName: 'ui', ...more }).Instances.map(
        (i: { InstanceId: string }) => i.InstanceId,
      );
    expect(discover()).toEqual([]);
    d.pass(3);
    expect(discover()).toEqual(['i1', 'i2']);
    expect(discover({ QueryParameters: { color: 'green' } })).toEqual(['i2']);
    expect(discover({ OptionalParameters: { color: 'red' } })).toEqual(['i1', 'i2']);
    const health = (InstanceId: string, Status: string) =>
      call('UpdateInstanceCustomHealthStatus', { ServiceId: Id, InstanceId, Status });
    health('i1', 'UNHEALTHY');
    expect(discover()).toEqual(['i2']);
    expect(discover({ HealthStatus: 'UNHEALTHY' })).toEqual(['i1']);
    health('i2', 'UNHEALTHY');
    expect([discover(), discover({ HealthStatus: 'HEALTHY' })]).toEqual([['i1', 'i2'], []]);
    expect(call('GetInstancesHealthStatus', { ServiceId: Id }).Status).toEqual({ i1: 'UNHEALTHY', i2: 'UNHEALTHY' });
    expect(call('GetInstance', { ServiceId: Id, InstanceId: 'i1' }).Instance).toMatchObject({
      Id: 'i1',
      Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', color: 'blue' },
    });
    expect(call('ListInstances', { ServiceId: Id, MaxResults: 1 })).toMatchObject({
      Instances: [{ Id: 'i1' }],
      NextToken: expect.any(String),
    });
    const revision = () =>
      call('DiscoverInstancesRevision', { NamespaceName: 'shop.local', ServiceName: 'ui' }).InstancesRevision as number;
    const before = revision();
    call('DeregisterInstance', { ServiceId: Id, InstanceId: 'i1' });
    d.pass(3);
    expect(revision()).toBe(before + 1);
    expect(() => call('DeregisterInstance', { ServiceId: Id, InstanceId: 'i1' })).toThrow(refused('InstanceNotFound'));
    expect(() => discover({ ServiceName: 'none' })).toThrow(refused('ServiceNotFound'));
    expect(() => discover({ NamespaceName: 'none' })).toThrow(refused('NamespaceNotFound'));
  });

  it('tags namespaces and services', () => {
    const { call, namespace, dns } = map();
    const id = namespace('CreatePrivateDnsNamespace', 'shop.local', { Vpc: 'vpc-1', Tags: [{ Key: 'a', Value: 'b' }] });
    const { Arn } = call('GetNamespace', { Id: id }).Namespace;
    const tags = (ResourceARN: string) => call('ListTagsForResource', { ResourceARN }).Tags;
    call('TagResource', { ResourceARN: Arn, Tags: [{ Key: 'c', Value: 'd' }] });
    call('UntagResource', { ResourceARN: Arn, TagKeys: ['a'] });
    expect(tags(Arn)).toEqual([{ Key: 'c', Value: 'd' }]);
    expect(tags(dns('ui', id).Arn)).toEqual([]);
    expect(() => tags(`${Arn}x`)).toThrow(refused('ResourceNotFoundException'));
    const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    expect(() => call('TagResource', { ResourceARN: Arn, Tags })).toThrow(refused('TooManyTagsException'));
  });
});
