/** CloudWatch: alarms and metrics. */
import type { SandboxService } from '../service.js';

export const monitoring: SandboxService = {
  name: 'monitoring',
  operations: {},
};
