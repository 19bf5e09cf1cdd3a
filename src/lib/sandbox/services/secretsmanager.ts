/** Secrets Manager. */
import type { SandboxService } from '../service.js';

export const secretsmanager: SandboxService = {
  name: 'secretsmanager',
  operations: {},
};
