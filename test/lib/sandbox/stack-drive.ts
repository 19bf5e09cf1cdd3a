/** A sandbox with a network in it, and stacks that tests make there. */
import { drive, type Drive } from './drive.js';
import type { State } from '../../../src/lib/sandbox/state.js';

export interface StackDrive extends Drive {
  readonly vpc: string;
  /** An operation of CloudFormation. */
  cfn: (operation: string, input: object) => any; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of thirty operations
  /** Makes or changes the stack `s`, and lets it come to rest. */
  create(resources: object, more?: object): void;
  update(resources: object, more?: object): void;
  stack(name?: string): any; // eslint-disable-line @typescript-eslint/no-explicit-any -- see above
  status(name?: string): string;
  /** `logical status reason`, oldest first. */
  events(name?: string): string[];
}

export const body = (Resources: object, more: object = {}): string => JSON.stringify({ Resources, ...more });

export function stackDrive(from?: State, vpc?: string): StackDrive {
  const d = drive(from);
  const id = vpc ?? (d.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }).Vpc.VpcId as string);
  const cfn: StackDrive['cfn'] = (operation, input) => d.call('cloudformation', operation, input) as unknown;
  const stack: StackDrive['stack'] = (name = 's') => cfn('DescribeStacks', { StackName: name }).Stacks[0] as unknown;
  const change =
    (operation: string) =>
    (resources: object, more: object = {}) => {
      cfn(operation, { StackName: 's', TemplateBody: body(resources), Capabilities: ['CAPABILITY_NAMED_IAM'], ...more });
      d.pass(120);
    };
  return {
    ...d,
    vpc: id,
    cfn,
    create: change('CreateStack'),
    update: change('UpdateStack'),
    stack,
    status: (name) => stack(name).StackStatus as string,
    events: (name = 's') =>
      (
        cfn('DescribeStackEvents', { StackName: name }).StackEvents as {
          LogicalResourceId: string;
          ResourceStatus: string;
          ResourceStatusReason?: string;
        }[]
      )
        .map((e) => [e.LogicalResourceId, e.ResourceStatus, e.ResourceStatusReason ?? ''].join(' ').trim())
        .reverse(),
  };
}

export const logGroup = (LogGroupName: string, more: object = {}) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName },
  ...more,
});
export const parameter = (Name: string, Value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name, Type: 'String', Value },
  ...more,
});
