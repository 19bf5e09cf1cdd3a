/** EC2, as far as networks and security groups go. */
import type { SandboxService } from '../service.js';

export const ec2: SandboxService = {
  name: 'ec2',
  operations: {},
};
