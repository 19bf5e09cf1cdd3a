/** EC2, as far as networks and security groups go. Parts in ec2/. */
import { AwsError, type Operation, type SandboxService } from '../service.js';
import { gatewayOperations } from './ec2/gateways.js';
import { interfaceOperations } from './ec2/interfaces.js';
import { placeOperations } from './ec2/places.js';
import { prefixListOperations } from './ec2/prefix-lists.js';
import { routeOperations } from './ec2/routes.js';
import { ruleOperations } from './ec2/security-group-rules.js';
import { groupOperations } from './ec2/security-groups.js';
import { tagOperations } from './ec2/tags.js';
import { vpcOperations } from './ec2/vpcs.js';
import { subnetOperations } from './ec2/subnets.js';

export { attachInterface, regroupInterfaces, releaseInterfaces, type NewInterface } from './ec2/interfaces.js';

const operations: Record<string, Operation> = {
  ...placeOperations,
  ...vpcOperations,
  ...subnetOperations,
  ...routeOperations,
  ...gatewayOperations,
  ...groupOperations,
  ...ruleOperations,
  ...interfaceOperations,
  ...prefixListOperations,
  ...tagOperations,
};

/** `DryRun` asks only whether the caller may. */
const dry =
  (operation: Operation): Operation =>
  (input: { DryRun?: boolean }, context) => {
    if (input.DryRun) throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return operation(input, context);
  };

export const ec2: SandboxService = {
  name: 'ec2',
  operations: Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, dry(operation)])),
};
