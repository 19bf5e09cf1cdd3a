/** The resource types that stacks may have. A new one is an entry in the file of its family, and a run of scripts/resource-types.py. */
import { autoscalingTypes } from './autoscaling.js';
import { discoveryTypes } from './discovery.js';
import { ec2Types } from './ec2.js';
import { ecsTypes } from './ecs.js';
import { iamTypes } from './iam.js';
import { loadBalancingTypes } from './load-balancing.js';
import { logsTypes } from './logs.js';
import { monitoringTypes } from './monitoring.js';
import { parameterTypes } from './parameters.js';
import { schemaOf } from './schema.js';
import { storageTypes } from './storage.js';
import type { ResourceType } from './type.js';

/** A place to signal to: it exists by its address alone. */
const waitHandle: ResourceType = {
  create: ({ region, id }, _properties, { stack, logical }) => {
    const physical = `https://cloudformation-waitcondition-${region}.s3.${region}.amazonaws.com/${stack}/${logical}/${id(16)}`;
    return { physical, attributes: { Id: physical } };
  },
  update: (_context, physical) => ({ physical, attributes: { Id: physical } }),
  remove: () => {},
};

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...autoscalingTypes,
  ...discoveryTypes,
  ...ec2Types,
  ...ecsTypes,
  ...iamTypes,
  ...loadBalancingTypes,
  ...logsTypes,
  ...monitoringTypes,
  ...parameterTypes,
  ...storageTypes,
  'AWS::CloudFormation::WaitConditionHandle': waitHandle,
};

export const typeRules = {
  /** Names that Fn::GetAtt takes, or null for a type that there is not. */
  attributesOf: (type: string): readonly string[] | null =>
    Object.hasOwn(resourceTypes, type) ? [...(schemaOf(type).readOnly ?? []), ...(resourceTypes[type]!.attributes ?? [])] : null,
};
