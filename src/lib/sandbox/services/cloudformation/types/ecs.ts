/** AWS::ECS: clusters, task definitions and services. A service is there once its deployment has come to rest. */
import { AwsError, type CallContext } from '../../../service.js';
import { ecs } from '../../ecs.js';
import {
  asList,
  call,
  chosen,
  tagChange,
  tagsOf,
  unique,
  unlessGone,
  without,
  type Properties,
  type ResourceType,
} from './type.js';
import { fromCamel, toCamel } from './schema.js';

const CLUSTER = 'AWS::ECS::Cluster';
const DEFINITION = 'AWS::ECS::TaskDefinition';
const SERVICE = 'AWS::ECS::Service';

function retag(context: CallContext, resourceArn: string, before: Properties, after: Properties): void {
  const { removed, changed } = tagChange(before, after);
  if (removed.length > 0) call(ecs, 'UntagResource', { resourceArn, tagKeys: removed }, context);
  const tags = tagsOf(after).map(({ Key, Value }) => ({ key: Key, value: Value }));
  if (changed && tags.length > 0) call(ecs, 'TagResource', { resourceArn, tags }, context);
}

const clusterOf = (context: CallContext, name: string): Properties | null => {
  const answer = call(ecs, 'DescribeClusters', { clusters: [name], include: ['SETTINGS', 'CONFIGURATIONS', 'TAGS'] }, context);
  const found = asList<Properties>(answer['clusters'])[0];
  return found && found['status'] !== 'INACTIVE' ? found : null;
};
const cluster: ResourceType = {
  named: 'ClusterName',
  create(context, properties, name) {
    const clusterName = String(properties['ClusterName'] ?? unique(context, name, 255));
    const made = call(ecs, 'CreateCluster', { ...toCamel(CLUSTER, properties), clusterName }, context)['cluster'] as Properties;
    return { physical: clusterName, attributes: { Arn: String(made['clusterArn']) } };
  },
  update(context, physical, properties, before) {
    const settings = toCamel(CLUSTER, chosen(properties, 'ClusterSettings', 'Configuration', 'ServiceConnectDefaults'));
    const { clusterSettings, ...rest } = settings;
    if (Object.keys(settings).length > 0)
      call(
        ecs,
        'UpdateCluster',
        { cluster: physical, ...rest, ...(clusterSettings ? { settings: clusterSettings } : {}) },
        context,
      );
    const Arn = String(clusterOf(context, physical)?.['clusterArn']);
    retag(context, Arn, before, properties);
    return { physical, attributes: { Arn } };
  },
  remove: (context, physical) => void call(ecs, 'DeleteCluster', { cluster: physical }, context),
  read(context, physical, properties) {
    const found = clusterOf(context, physical);
    if (!found) return null;
    const settings = chosen(properties, 'ClusterSettings', 'Configuration', 'ServiceConnectDefaults');
    return { ...settings, ...fromCamel(CLUSTER, { ...found, clusterSettings: found['settings'] }) };
  },
};

const taskDefinition: ResourceType = {
  attributes: [],
  create(context, properties, name) {
    const family = String(properties['Family'] ?? unique(context, name, 255));
    const answer = call(ecs, 'RegisterTaskDefinition', { ...toCamel(DEFINITION, properties), family }, context);
    const TaskDefinitionArn = String((answer['taskDefinition'] as Properties)['taskDefinitionArn']);
    return { physical: TaskDefinitionArn, attributes: { TaskDefinitionArn } };
  },
  update(context, physical, properties, before) {
    retag(context, physical, before, properties);
    return { physical, attributes: { TaskDefinitionArn: physical } };
  },
  remove: (context, physical) => void call(ecs, 'DeregisterTaskDefinition', { taskDefinition: physical }, context),
  read(context, physical) {
    const input = { taskDefinition: physical, include: ['TAGS'] };
    const { taskDefinition: found, tags = [] } = call(ecs, 'DescribeTaskDefinition', input, context);
    if ((found as Properties)['status'] !== 'ACTIVE') return null;
    return fromCamel(DEFINITION, { ...(found as Properties), tags });
  },
};

interface Deployment {
  status: string;
  rolloutState?: string;
  taskDefinition: string;
}
interface Service extends Properties {
  serviceArn: string;
  serviceName: string;
  status: string;
  taskDefinition?: string;
  deployments: Deployment[];
}
const clusterName = (arn: string): string => arn.split('/').at(-2)!;
function serviceOf(context: CallContext, arn: string): Service | null {
  const input = { cluster: clusterName(arn), services: [arn], include: ['TAGS'] };
  const found = unlessGone(() => asList<Service>(call(ecs, 'DescribeServices', input, context)['services'])[0]);
  return found && found.status !== 'INACTIVE' ? found : null;
}
const serviceMade = (found: Service) => ({
  physical: found.serviceArn,
  attributes: { ServiceArn: found.serviceArn, Name: found.serviceName },
});
/** Names and ARNs of the same thing are the same. */
const sameName = (arn: unknown, wanted: unknown): unknown =>
  typeof arn === 'string' && typeof wanted === 'string' && arn.endsWith(`/${wanted}`) ? wanted : arn;

/** What CreateService takes and UpdateService does not. */
const FIXED = ['ServiceName', 'Cluster', 'LaunchType', 'SchedulingStrategy', 'Role', 'Tags', 'ForceNewDeployment'];

const service: ResourceType = {
  named: 'ServiceName',
  create(context, properties, name) {
    const serviceName = String(properties['ServiceName'] ?? unique(context, name, 255));
    const input = { ...toCamel(SERVICE, without(properties, 'ForceNewDeployment')), serviceName };
    return serviceMade(call(ecs, 'CreateService', input, context)['service'] as Service);
  },
  update(context, physical, properties, before) {
    const forced = JSON.stringify(properties['ForceNewDeployment']) !== JSON.stringify(before['ForceNewDeployment']);
    const input = {
      ...toCamel(SERVICE, without(properties, ...FIXED)),
      cluster: clusterName(physical),
      service: physical,
      ...(forced && properties['ForceNewDeployment'] ? { forceNewDeployment: true } : {}),
    };
    const made = call(ecs, 'UpdateService', input, context)['service'] as Service;
    retag(context, physical, before, properties);
    return serviceMade(made);
  },
  settled(context, physical, properties) {
    const found = serviceOf(context, physical);
    if (!found) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    const primary = found.deployments.find((deployment) => deployment.status === 'PRIMARY');
    const wanted = properties['TaskDefinition'];
    const other = wanted !== undefined && primary && sameName(primary.taskDefinition, wanted) !== wanted;
    if (other || found.deployments.some((deployment) => deployment.rolloutState === 'FAILED'))
      throw new AwsError(
        'GeneralServiceException',
        "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
      );
    return found.deployments.length === 1 && primary?.rolloutState === 'COMPLETED';
  },
  remove(context, physical) {
    call(ecs, 'DeleteService', { cluster: clusterName(physical), service: physical, force: true }, context);
  },
  gone: (context, physical) => serviceOf(context, physical) === null,
  read(context, physical, properties) {
    const found = serviceOf(context, physical);
    if (!found) return null;
    return {
      ...properties,
      ...fromCamel(SERVICE, found),
      ...chosen(properties, 'Cluster', 'Role', 'ServiceConnectConfiguration', 'VolumeConfigurations', 'ForceNewDeployment'),
      TaskDefinition: sameName(found.taskDefinition, properties['TaskDefinition']),
    };
  },
};

export const ecsTypes: Readonly<Record<string, ResourceType>> = {
  [CLUSTER]: cluster,
  [DEFINITION]: taskDefinition,
  [SERVICE]: service,
};
