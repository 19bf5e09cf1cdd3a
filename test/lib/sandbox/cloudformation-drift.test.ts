/** Drift: what somebody changed by hand is found, property by property. */
import { describe, expect, it } from 'vitest';
import { body, logGroup, parameter, stackDrive, type StackDrive } from './stack-drive.js';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

function made(): StackDrive {
  const d = stackDrive();
  d.create({
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/l', RetentionInDays: 7 } },
    Value: parameter('/p', 'right'),
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupName: 'g',
        GroupDescription: 'g',
        VpcId: d.vpc,
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.0.0.0/8' }],
      },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: trust, Description: 'd' } },
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
  });
  expect(d.status()).toBe('CREATE_COMPLETE');
  return d;
}
const detect = (d: StackDrive, more: object = {}) => {
  const { StackDriftDetectionId } = d.cfn('DetectStackDrift', { StackName: 's', ...more });
  const status = () => d.cfn('DescribeStackDriftDetectionStatus', { StackDriftDetectionId });
  expect(status()).toMatchObject({ DetectionStatus: 'DETECTION_IN_PROGRESS', StackDriftStatus: undefined });
  d.pass(10);
  return status();
};
const drifts = (d: StackDrive, ...filters: string[]) =>
  d.cfn('DescribeStackResourceDrifts', {
    StackName: 's',
    ...(filters.length > 0 ? { StackResourceDriftStatusFilters: filters } : {}),
  }).StackResourceDrifts as Record<string, unknown>[];

describe('drift', () => {
  it('is none where nobody changed anything', () => {
    const d = made();
    expect(d.stack().DriftInformation).toEqual({ StackDriftStatus: 'NOT_CHECKED', LastCheckTimestamp: undefined });
    expect(detect(d)).toMatchObject({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'IN_SYNC',
      DriftedStackResourceCount: 0,
    });
    expect(drifts(d).map((one) => [one['LogicalResourceId'], one['StackResourceDriftStatus']])).toEqual([
      ['Logs', 'IN_SYNC'],
      ['Value', 'IN_SYNC'],
      ['Group', 'IN_SYNC'],
      ['Role', 'IN_SYNC'],
    ]);
    const { StackResourceSummaries } = d.cfn('ListStackResources', { StackName: 's' });
    expect(StackResourceSummaries.at(-1).DriftInformation.StackResourceDriftStatus).toBe('NOT_CHECKED');
    expect(d.stack().DriftInformation.StackDriftStatus).toBe('IN_SYNC');
  });

  it('is told with what was expected and what is there', () => {
    const d = made();
    const GroupId = d.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'Group' }).StackResourceDetail
      .PhysicalResourceId;
    d.call('logs', 'DeleteRetentionPolicy', { logGroupName: '/l' });
    d.call('ssm', 'PutParameter', { Name: '/p', Value: 'wrong', Type: 'String', Overwrite: true });
    const more = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    d.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [more] });
    d.call('iam', 'DeleteRole', { RoleName: 'r' });
    expect(detect(d)).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 4 });
    expect(drifts(d, 'MODIFIED')).toMatchObject([
      {
        LogicalResourceId: 'Logs',
        ExpectedProperties: '{"LogGroupName":"/l","RetentionInDays":7}',
        ActualProperties: '{"LogGroupName":"/l"}',
        PropertyDifferences: [
          { PropertyPath: '/RetentionInDays', ExpectedValue: '7', ActualValue: 'null', DifferenceType: 'REMOVE' },
        ],
      },
      {
        LogicalResourceId: 'Value',
        PropertyDifferences: [
          { PropertyPath: '/Value', ExpectedValue: 'right', ActualValue: 'wrong', DifferenceType: 'NOT_EQUAL' },
        ],
      },
      {
        LogicalResourceId: 'Group',
        PropertyDifferences: [{ PropertyPath: '/SecurityGroupIngress/1', ExpectedValue: 'null', DifferenceType: 'ADD' }],
      },
    ]);
    expect(drifts(d, 'DELETED')).toMatchObject([
      { LogicalResourceId: 'Role', ActualProperties: undefined, PropertyDifferences: [] },
    ]);
    expect(d.stack().DriftInformation.StackDriftStatus).toBe('DRIFTED');
  });

  it('of one resource is told at once, and is gone when it is put right', () => {
    const d = made();
    const one = () => d.cfn('DetectStackResourceDrift', { StackName: 's', LogicalResourceId: 'Value' }).StackResourceDrift;
    d.call('ssm', 'DeleteParameter', { Name: '/p' });
    expect(one().StackResourceDriftStatus).toBe('DELETED');
    // A name that was deleted is free again after half a minute.
    d.pass(40);
    d.call('ssm', 'PutParameter', { Name: '/p', Value: 'right', Type: 'String' });
    expect(one().StackResourceDriftStatus).toBe('IN_SYNC');
    expect(() => d.cfn('DetectStackResourceDrift', { StackName: 's', LogicalResourceId: 'Handle' })).toThrow(/not supported/);
    expect(() => d.cfn('DetectStackResourceDrift', { StackName: 's', LogicalResourceId: 'None' })).toThrow(
      'Resource None does not exist for stack s',
    );
  });

  it('is looked for in the resources that were named, page by page, and not while the stack changes', () => {
    const d = made();
    d.call('iam', 'DeleteRole', { RoleName: 'r' });
    expect(detect(d, { LogicalResourceIds: ['Logs', 'Value'] })).toMatchObject({ StackDriftStatus: 'IN_SYNC' });
    const first = d.cfn('DescribeStackResourceDrifts', { StackName: 's', MaxResults: 1 });
    expect(first.StackResourceDrifts).toHaveLength(1);
    const second = d.cfn('DescribeStackResourceDrifts', { StackName: 's', MaxResults: 1, NextToken: first.NextToken });
    expect([second.StackResourceDrifts[0].LogicalResourceId, second.NextToken]).toEqual(['Value', undefined]);
    d.cfn('DetectStackDrift', { StackName: 's' });
    expect(() => d.cfn('DetectStackDrift', { StackName: 's' })).toThrow(/already in progress/);
    d.pass(10);
    d.cfn('UpdateStack', { StackName: 's', TemplateBody: body({ Logs: logGroup('/l') }) });
    expect(() => d.cfn('DetectStackDrift', { StackName: 's' })).toThrow(/UPDATE_IN_PROGRESS/);
  });
});
