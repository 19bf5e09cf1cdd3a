import { describe, expect, it } from 'vitest';
import { drive, type Drive } from './drive.js';

const base = {
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'x', VpcId: 'vpc-1' } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/g' } },
  Target: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      Port: 80,
      VpcId: 'vpc-1',
      TargetType: 'ip',
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
    },
  },
};
const rule = (listener: string, priority: number) => ({
  Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
  Properties: {
    ListenerArn: listener,
    Priority: priority,
    Conditions: [],
    Actions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Target' } }],
  },
});
const outputs = {
  GroupId: { Value: { 'Fn::GetAtt': ['Group', 'GroupId'] } },
  Where: { Value: { 'Fn::Sub': '${AWS::Region}/${Logs}' } },
  Both: { Value: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] } },
};
const body = (Resources: object, Outputs: object = outputs) => JSON.stringify({ Resources, Outputs });

const balancer = (d: Drive): string => {
  const { LoadBalancers } = d.call('elasticloadbalancing', 'CreateLoadBalancer', { Name: 'lb' });
  return d.call('elasticloadbalancing', 'CreateListener', {
    LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
    DefaultActions: [],
  }).Listeners[0].ListenerArn;
};
const stack = (d: Drive, name = 's') => d.call('cloudformation', 'DescribeStacks', { StackName: name }).Stacks[0];
const groups = (d: Drive) => d.call('elasticloadbalancing', 'DescribeTargetGroups', {}).TargetGroups;

describe('a stack', () => {
  it('is made in order, updated, and deleted without a trace', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base }) });
    expect(stack(d).StackStatus).toBe('CREATE_IN_PROGRESS');
    d.pass(60);
    expect(stack(d).StackStatus).toBe('CREATE_COMPLETE');
    const value = Object.fromEntries(
      stack(d).Outputs.map((o: { OutputKey: string; OutputValue: string }) => [o.OutputKey, o.OutputValue]),
    );
    expect(value).toEqual({
      GroupId: expect.stringMatching(/^sg-[0-9a-f]{17}$/) as string,
      Where: 'eu-west-1//g',
      Both: 'a-111111111111',
    });
    expect(() =>
      d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base }) }),
    ).toThrow('No updates are to be performed.');
    const [before] = groups(d);
    const changed = { ...base, Target: { ...base.Target, Properties: { ...base.Target.Properties, Port: 81 } } };
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 6), ...changed }) });
    d.pass(60);
    expect(stack(d).StackStatus).toBe('UPDATE_COMPLETE');
    expect(groups(d)).toHaveLength(1);
    expect(groups(d)[0].TargetGroupArn).not.toBe(before.TargetGroupArn);
    const rules = d.call('elasticloadbalancing', 'DescribeRules', { ListenerArn: listener }).Rules;
    expect(rules).toMatchObject([{ Priority: '6', Actions: [{ TargetGroupArn: groups(d)[0].TargetGroupArn }] }]);
    expect(d.call('cloudformation', 'ListStackResources', { StackName: 's' }).StackResourceSummaries).toHaveLength(4);
    const { StackId } = stack(d);
    d.call('cloudformation', 'DeleteStack', { StackName: 's' });
    d.pass(60);
    expect(() => stack(d)).toThrow('Stack with id s does not exist');
    expect(stack(d, StackId).StackStatus).toBe('DELETE_COMPLETE');
    expect(groups(d)).toEqual([]);
    expect(d.call('cloudformation', 'ListStacks', {}).StackSummaries).toHaveLength(1);
  });

  it('that fails names the resource, and leaves nothing behind', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('elasticloadbalancing', 'CreateTargetGroup', { Name: 'other' });
    d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 5, Conditions: [], Actions: [] });
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base }) });
    d.pass(90);
    expect(stack(d).StackStatus).toBe('ROLLBACK_COMPLETE');
    const events = d.call('cloudformation', 'DescribeStackEvents', { StackName: 's' }).StackEvents;
    expect(events.find((e: { ResourceStatus: string }) => e.ResourceStatus === 'CREATE_FAILED')).toMatchObject({
      LogicalResourceId: 'Rule',
      ResourceStatusReason: expect.stringMatching(/Priority '5' is currently in use/) as string,
    });
    expect(groups(d)).toHaveLength(1);
    expect(() => d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body(base) })).toThrow(
      /ROLLBACK_COMPLETE state and can not be updated/,
    );
  });

  it('whose update fails is as before', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 5, Conditions: [], Actions: [] });
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 7), ...base }) });
    d.pass(60);
    const more = { ...base, Extra: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/extra' } } };
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...more }) });
    d.pass(60);
    expect(stack(d).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.call('logs', 'DescribeLogGroups', {}).logGroups.map((g: { logGroupName: string }) => g.logGroupName)).toEqual([
      '/g',
    ]);
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 8), ...more }) });
    d.pass(60);
    expect(stack(d).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('goes by change sets too', () => {
    const d = drive();
    const set = { StackName: 's', ChangeSetName: 'c' };
    d.call('cloudformation', 'CreateChangeSet', { ...set, ChangeSetType: 'CREATE', TemplateBody: body(base) });
    expect(stack(d).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(d.call('cloudformation', 'DescribeChangeSet', set).Changes).toHaveLength(3);
    d.call('cloudformation', 'ExecuteChangeSet', set);
    d.pass(60);
    expect(stack(d).StackStatus).toBe('CREATE_COMPLETE');
    d.call('cloudformation', 'CreateChangeSet', { ...set, TemplateBody: body(base) });
    expect(d.call('cloudformation', 'DescribeChangeSet', set)).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringMatching(/didn't contain changes/) as string,
    });
    expect(() => d.call('cloudformation', 'ExecuteChangeSet', set)).toThrow(
      expect.objectContaining({ code: 'InvalidChangeSetStatus' }),
    );
    d.call('cloudformation', 'DeleteChangeSet', set);
    d.call('cloudformation', 'CreateChangeSet', {
      ...set,
      TemplateBody: body({ Group: base.Group, Logs: { ...base.Logs, Properties: { LogGroupName: '/h' } } }, {}),
    });
    expect(
      d
        .call('cloudformation', 'DescribeChangeSet', set)
        .Changes.map(
          (c: { ResourceChange: { Action: string; Replacement?: string } }) =>
            `${c.ResourceChange.Action} ${c.ResourceChange.Replacement ?? ''}`,
        ),
    ).toEqual(['Modify True', 'Remove ']);
    expect(d.call('cloudformation', 'ListChangeSets', { StackName: 's' }).Summaries).toHaveLength(1);
    d.call('cloudformation', 'ExecuteChangeSet', set);
    d.pass(60);
    expect(d.call('logs', 'DescribeLogGroups', {}).logGroups.map((g: { logGroupName: string }) => g.logGroupName)).toEqual([
      '/h',
    ]);
    expect(d.call('cloudformation', 'GetTemplate', { StackName: 's' }).TemplateBody).toContain('/h');
  });

  it.each([
    ['unknown types', body({ A: { Type: 'AWS::Moon::Base' } }), /Unrecognized resource types: \[AWS::Moon::Base\]/],
    ['a circle', body({ A: { ...base.Logs, DependsOn: 'B' }, B: { ...base.Logs, DependsOn: 'A' } }), /Circular dependency/],
    ['no resources', '{}', /At least one Resources member/],
    ['broken text', '{', /Template format error/],
  ])('refuses %s', (_name, TemplateBody, message) => {
    expect(() => drive().call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody })).toThrow(message);
  });

  it('reads YAML with short tags', () => {
    const d = drive();
    const TemplateBody =
      'Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: {}\nOutputs:\n  Arn: { Value: !GetAtt R.Arn }\n  Name: { Value: !Sub "${R}!" }\n';
    d.call('cloudformation', 'CreateStack', { StackName: 'y', TemplateBody });
    d.pass(30);
    expect(stack(d, 'y').Outputs[0].OutputValue).toMatch(/^arn:aws:iam::111111111111:role\/y-R-/);
    expect(d.call('cloudformation', 'ValidateTemplate', { TemplateBody })).toEqual({ Description: undefined, Parameters: [] });
    expect(() => d.call('cloudformation', 'CreateStack', { StackName: 'y', TemplateBody })).toThrow(/already exists/);
  });
});

describe('load balancing', () => {
  it('tells the health of targets as time goes on, and drains', () => {
    const d = drive();
    const { TargetGroups } = d.call('elasticloadbalancing', 'CreateTargetGroup', {
      Name: 't',
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
    });
    const TargetGroupArn = TargetGroups[0].TargetGroupArn;
    const state = () =>
      d
        .call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn })
        .TargetHealthDescriptions.map((t: { TargetHealth: { State: string } }) => t.TargetHealth.State);
    d.call('elasticloadbalancing', 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    });
    d.call('elasticloadbalancing', 'RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] });
    expect(state()).toEqual(['initial']);
    d.pass(21);
    expect(state()).toEqual(['healthy']);
    d.call('elasticloadbalancing', 'DeregisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] });
    expect(state()).toEqual(['draining']);
    d.pass(31);
    expect(state()).toEqual([]);
    expect(d.call('elasticloadbalancing', 'DescribeTargetGroupAttributes', { TargetGroupArn }).Attributes).toEqual([
      { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
    ]);
    expect(() => d.call('elasticloadbalancing', 'CreateTargetGroup', { Name: 't', Port: 99 })).toThrow(/different settings/);
    expect(() => d.call('elasticloadbalancing', 'DescribeTargetGroups', { Names: ['none'] })).toThrow(/not found/);
    expect(() => d.call('elasticloadbalancing', 'DescribeLoadBalancers', { Names: ['none'] })).toThrow(/not found/);
    const listener = balancer(d);
    const Actions = [{ Type: 'forward', TargetGroupArn }];
    d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 1, Conditions: [], Actions });
    expect(() => d.call('elasticloadbalancing', 'DeleteTargetGroup', { TargetGroupArn })).toThrow(/currently in use/);
    expect(() =>
      d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 1, Conditions: [], Actions }),
    ).toThrow(/Priority '1'/);
    expect(d.call('elasticloadbalancing', 'DescribeListeners', {}).Listeners).toHaveLength(1);
    d.call('elasticloadbalancing', 'AddTags', { ResourceArns: [TargetGroupArn], Tags: [{ Key: 'a', Value: 'b' }] });
    expect(d.call('elasticloadbalancing', 'DescribeTags', { ResourceArns: [TargetGroupArn] }).TagDescriptions[0].Tags).toEqual([
      { Key: 'a', Value: 'b' },
    ]);
  });
});
