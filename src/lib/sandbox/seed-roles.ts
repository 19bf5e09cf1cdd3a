/** The roles that the platform offers to tasks: one lets ECS start them, the other is theirs. */
import type { Sandbox } from './dispatch.js';
import { iamOf } from './services/iam/state.js';

type Call = (service: string, operation: string, input: object) => unknown;

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const READS = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['ssm:GetParameters', 'secretsmanager:GetSecretValue'], Resource: '*' }],
};

/** Roles that are there already stay as they are. */
export function seedRoles({ world }: Sandbox, account: string, call: Call): void {
  const { roles } = iamOf(world, account);
  const make = (RoleName: string): boolean => {
    if (Object.hasOwn(roles, RoleName)) return false;
    call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(TRUST) });
    return true;
  };
  make('baf-task');
  if (!make('baf-task-execution')) return;
  const RoleName = 'baf-task-execution';
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
  call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'secrets', PolicyDocument: JSON.stringify(READS) });
}
