/** Application Auto Scaling: targets and policies of ECS services. */
import type { SandboxService } from '../service.js';

export const applicationAutoscaling: SandboxService = {
  name: 'application-autoscaling',
  operations: {},
};
