/** Network interfaces and addresses of tasks. */
import { pattern, type Family } from './pattern.js';

export const network: Family = {
  name: 'network',
  patterns: [
    pattern(
      'SubnetFull',
      'capacity',
      /InsufficientFreeAddressesInSubnet/i,
      'The subnet has no free address left. Ask the platform team for larger or more subnets; fewer tasks at once (maximumPercent) may fit for now.',
    ),
    pattern(
      'InterfacesShort',
      'capacity',
      /RESOURCE:ENI|insufficient ENIs/i,
      'The instances have no network interface left. Ask the platform team for ENI trunking, larger instances, or more of them.',
    ),
    pattern(
      'InterfaceTimeout',
      'failure',
      /Timeout waiting for network interface provisioning|Unexpected EC2 error while attempting to Create Network Interface/i,
      'AWS could not give the task a network interface in time. Deploy again; when it stays, ask the platform team about free addresses and the quota of interfaces.',
    ),
  ],
};
