/** ECR: repositories, the images that were pushed, and every other tag with a digest derived from its name. */
import type { SandboxService } from '../service.js';
import { imageOperations } from './ecr/images.js';
import { repositoryOperations } from './ecr/repositories.js';

export const ecr: SandboxService = { name: 'ecr', operations: { ...repositoryOperations, ...imageOperations } };
