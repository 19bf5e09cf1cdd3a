/** The services of the embedded AWS: a new one is a file and a line here. */
import type { SandboxService } from '../service.js';
import { cloudformation } from './cloudformation.js';
import { ecr } from './ecr.js';
import { ecs } from './ecs.js';
import { elbv2 } from './elbv2.js';
import { logs } from './logs.js';
import { ssm } from './ssm.js';
import { sts } from './sts.js';

export const allServices: readonly SandboxService[] = [sts, ssm, ecr, logs, elbv2, ecs, cloudformation];
