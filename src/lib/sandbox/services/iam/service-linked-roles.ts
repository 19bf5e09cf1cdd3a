/** Roles that services make for themselves, and the user behind the sandbox's own key. */
import { AwsError, type Operation } from '../../service.js';
import { createRole, showRole } from './roles.js';
import { needRole, noSuchEntity, sliceOf } from './state.js';

/** Services and the end of their roles' names: `AWSServiceRoleFor...`. */
const names: Readonly<Record<string, string>> = {
  'ecs.amazonaws.com': 'ECS',
  'elasticloadbalancing.amazonaws.com': 'ElasticLoadBalancing',
  'autoscaling.amazonaws.com': 'AutoScaling',
  'ecs.application-autoscaling.amazonaws.com': 'ApplicationAutoScaling_ECSService',
  'replication.ecr.amazonaws.com': 'ECRReplication',
  'ssm.amazonaws.com': 'AmazonSSM',
  'spot.amazonaws.com': 'EC2Spot',
};
/** Services whose roles may have a suffix. */
const SUFFIXED = ['autoscaling.amazonaws.com'];

export const serviceLinkedRoleOperations: Readonly<Record<string, Operation>> = {
  CreateServiceLinkedRole(input: { AWSServiceName: string; Description?: string; CustomSuffix?: string }, context) {
    const service = input.AWSServiceName;
    const end = names[service];
    if (!end) throw new AwsError('AccessDenied', `Service ${service} does not support service-linked roles.`, 403);
    if (input.CustomSuffix && !SUFFIXED.includes(service))
      throw new AwsError('InvalidInput', `Custom suffix is not allowed for ${service}`);
    const RoleName = `AWSServiceRoleFor${end}${input.CustomSuffix ? `_${input.CustomSuffix}` : ''}`;
    if (sliceOf(context).roles[RoleName])
      throw new AwsError(
        'InvalidInput',
        `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
      );
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    };
    const role = createRole(
      {
        RoleName,
        Path: `/aws-service-role/${service}/`,
        AssumeRolePolicyDocument: JSON.stringify(trust),
        ...(input.Description === undefined ? {} : { Description: input.Description }),
      },
      context,
    );
    return { Role: showRole(role) };
  },
  DeleteServiceLinkedRole({ RoleName }: { RoleName: string }, context) {
    const role = needRole(context, RoleName);
    if (!role.path.startsWith('/aws-service-role/')) throw noSuchEntity(`The role with name ${RoleName} cannot be found.`);
    delete sliceOf(context).roles[RoleName];
    const task = context.id(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    return { DeletionTaskId: `task${role.path}${RoleName}/${task}` };
  },
  /** The deletion is done when it is asked for. */
  GetServiceLinkedRoleDeletionStatus: () => ({ Status: 'SUCCEEDED' }),
  GetUser({ UserName }: { UserName?: string }, { account, callerArn, session }) {
    const own = callerArn.split(':user/')[1];
    if (UserName === undefined && (session || !own))
      throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
    if (UserName !== undefined && UserName !== own) throw noSuchEntity(`The user with name ${UserName} cannot be found.`);
    return {
      User: {
        Path: '/',
        UserName: own,
        UserId: `AIDA${account}SANDBOX`,
        Arn: callerArn,
        CreateDate: new Date(Date.UTC(2026, 0, 1)),
      },
    };
  },
};
