/** Cloud Map: namespaces, services, instances. */
import type { SandboxService } from '../service.js';

export const servicediscovery: SandboxService = {
  name: 'servicediscovery',
  operations: {},
};
