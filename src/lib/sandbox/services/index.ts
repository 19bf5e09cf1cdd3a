/** The services of the embedded AWS: a new one is a file and a line here. */
import type { SandboxService } from '../service.js';
import { applicationAutoscaling } from './application-autoscaling.js';
import { cloudformation } from './cloudformation.js';
import { ec2 } from './ec2.js';
import { ecr } from './ecr.js';
import { ecs } from './ecs.js';
import { elbv2 } from './elbv2.js';
import { events } from './events.js';
import { iam } from './iam.js';
import { logs } from './logs.js';
import { monitoring } from './monitoring.js';
import { s3 } from './s3.js';
import { secretsmanager } from './secretsmanager.js';
import { servicediscovery } from './servicediscovery.js';
import { ssm } from './ssm.js';
import { ssoOidc } from './sso-oidc.js';
import { sso } from './sso.js';
import { sts } from './sts.js';

export const allServices: readonly SandboxService[] = [
  sts,
  iam,
  sso,
  ssoOidc,
  ssm,
  secretsmanager,
  ecr,
  logs,
  monitoring,
  events,
  ec2,
  elbv2,
  servicediscovery,
  applicationAutoscaling,
  ecs,
  s3,
  cloudformation,
];
