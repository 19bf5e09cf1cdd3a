import { describe, expect, it } from 'vitest';
import { cloudformation } from '../../../src/lib/sandbox/services/cloudformation.js';
import { drive, type Drive } from './drive.js';

const networks = new WeakMap<Drive, string>();
/** The network of a sandbox, made when it is first asked for. */
function vpc(d: Drive): string {
  const id = networks.get(d) ?? (d.call('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }).Vpc.VpcId as string);
  networks.set(d, id);
  return id;
}
const parts = (VpcId: string) => ({
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'x', VpcId } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/g' } },
  Target: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      Port: 80,
      Protocol: 'HTTP',
      VpcId,
      TargetType: 'ip',
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
    },
  },
});
const base = (d: Drive) => parts(vpc(d));
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };
const somePath = [{ Field: 'path-pattern', Values: ['/x'] }];
const notFound = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }];
const rule = (listener: string, priority: number) => ({
  Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
  Properties: {
    ListenerArn: listener,
    Priority: priority,
    Conditions: somePath,
    Actions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Target' } }],
  },
});
const outputs = {
  GroupId: { Value: { 'Fn::GetAtt': ['Group', 'GroupId'] } },
  Where: { Value: { 'Fn::Sub': '${AWS::Region}/${Logs}' } },
  Both: { Value: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] } },
};
const body = (Resources: object, Outputs: object = outputs) => JSON.stringify({ Resources, Outputs });

let made = 0;
/** A listener of a load balancer of its own. */
const balancer = (d: Drive): string => {
  const number = made++;
  const subnet = (zone: string, at: number) =>
    d.call('ec2', 'CreateSubnet', {
      VpcId: vpc(d),
      CidrBlock: `10.0.${(number % 100) * 2 + at}.0/24`,
      AvailabilityZone: `eu-west-1${zone}`,
    }).Subnet.SubnetId as string;
  const Subnets = ['a', 'b'].map(subnet);
  const { LoadBalancers } = d.call('elasticloadbalancing', 'CreateLoadBalancer', { Name: `lb-${number}`, Subnets });
  return d.call('elasticloadbalancing', 'CreateListener', {
    LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: notFound,
  }).Listeners[0].ListenerArn;
};
/** Rules of a listener besides its default. */
const rules = (d: Drive, ListenerArn: string): object[] =>
  d
    .call('elasticloadbalancing', 'DescribeRules', { ListenerArn })
    .Rules.filter(({ IsDefault }: { IsDefault: boolean }) => !IsDefault);
const stack = (d: Drive, name = 's') => d.call('cloudformation', 'DescribeStacks', { StackName: name }).Stacks[0];
const groups = (d: Drive) => d.call('elasticloadbalancing', 'DescribeTargetGroups', {}).TargetGroups;

describe('a stack', () => {
  it('is made in order, updated, and deleted without a trace', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base(d) }) });
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
      d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base(d) }) }),
    ).toThrow('No updates are to be performed.');
    const [before] = groups(d);
    const changed = { ...base(d), Target: { ...base(d).Target, Properties: { ...base(d).Target.Properties, Port: 81 } } };
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 6), ...changed }) });
    d.pass(60);
    expect(stack(d).StackStatus).toBe('UPDATE_COMPLETE');
    expect(groups(d)).toHaveLength(1);
    expect(groups(d)[0].TargetGroupArn).not.toBe(before.TargetGroupArn);
    expect(rules(d, listener)).toMatchObject([{ Priority: '6', Actions: [{ TargetGroupArn: groups(d)[0].TargetGroupArn }] }]);
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
    d.call('elasticloadbalancing', 'CreateTargetGroup', { Name: 'other', Protocol: 'HTTP', Port: 80, VpcId: vpc(d) });
    d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 5, Conditions: somePath, Actions: notFound });
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 5), ...base(d) }) });
    d.pass(90);
    expect(stack(d).StackStatus).toBe('ROLLBACK_COMPLETE');
    const events = d.call('cloudformation', 'DescribeStackEvents', { StackName: 's' }).StackEvents;
    expect(events.find((e: { ResourceStatus: string }) => e.ResourceStatus === 'CREATE_FAILED')).toMatchObject({
      LogicalResourceId: 'Rule',
      ResourceStatusReason: expect.stringMatching(/Priority '5' is currently in use/) as string,
    });
    expect(groups(d)).toHaveLength(1);
    expect(() => d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body(base(d)) })).toThrow(
      /ROLLBACK_COMPLETE state and can not be updated/,
    );
  });

  it('whose update fails is as before', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('elasticloadbalancing', 'CreateRule', { ListenerArn: listener, Priority: 5, Conditions: somePath, Actions: notFound });
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body({ Rule: rule(listener, 7), ...base(d) }) });
    d.pass(60);
    const more = { ...base(d), Extra: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/extra' } } };
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
    d.call('cloudformation', 'CreateChangeSet', { ...set, ChangeSetType: 'CREATE', TemplateBody: body(base(d)) });
    expect(stack(d).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(d.call('cloudformation', 'DescribeChangeSet', set)).toMatchObject({ Status: 'CREATE_IN_PROGRESS', Changes: [] });
    d.pass(3);
    expect(d.call('cloudformation', 'DescribeChangeSet', set).Changes).toHaveLength(3);
    d.call('cloudformation', 'ExecuteChangeSet', set);
    d.pass(60);
    expect(stack(d).StackStatus).toBe('CREATE_COMPLETE');
    d.call('cloudformation', 'CreateChangeSet', { ...set, TemplateBody: body(base(d)) });
    d.pass(3);
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
      TemplateBody: body({ Group: base(d).Group, Logs: { ...base(d).Logs, Properties: { LogGroupName: '/h' } } }, {}),
    });
    d.pass(3);
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
    [
      'a circle',
      body({ A: { ...parts('vpc-1').Logs, DependsOn: 'B' }, B: { ...parts('vpc-1').Logs, DependsOn: 'A' } }, {}),
      /Circular dependency/,
    ],
    [
      'a reference to nothing',
      body({ A: { ...parts('vpc-1').Logs, DependsOn: 'Z' } }, {}),
      /Unresolved resource dependencies \[Z\]/,
    ],
    ['an output of nothing', body(parts('vpc-1'), { O: { Value: { 'Fn::Sub': '${Z}' } } }), /\[Z\] in the Outputs block/],
    ['an attribute that is none', body(parts('vpc-1'), { O: { Value: { 'Fn::GetAtt': 'Logs.Size' } } }), /attribute type Size/],
    ['a resource without a type', '{"Resources":{"A":{}}}', /must contain a Type member/],
    ['a role without leave', body({ R: role }, {}), /Requires capabilities : \[CAPABILITY_IAM\]/],
    ['no resources', '{}', /At least one Resources member/],
    ['broken text', '{', /Template format error/],
  ])('refuses %s', (_name, TemplateBody, message) => {
    expect(() => drive().call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody })).toThrow(message);
  });

  it('reads YAML with short tags', () => {
    const d = drive();
    const TemplateBody =
      'Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: { AssumeRolePolicyDocument: ' +
      JSON.stringify(trust) +
      ' }\nOutputs:\n  Arn: { Value: !GetAtt R.Arn }\n  Name: { Value: !Sub "${R}!" }\n';
    d.call('cloudformation', 'CreateStack', { StackName: 'y', TemplateBody, Capabilities: ['CAPABILITY_IAM'] });
    d.pass(30);
    expect(stack(d, 'y').Outputs[0].OutputValue).toMatch(/^arn:aws:iam::111111111111:role\/y-R-/);
    expect(d.call('cloudformation', 'ValidateTemplate', { TemplateBody })).toEqual({
      Description: undefined,
      Parameters: [],
      Capabilities: ['CAPABILITY_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
    });
    const again = { StackName: 'y', TemplateBody, Capabilities: ['CAPABILITY_IAM'] };
    expect(() => d.call('cloudformation', 'CreateStack', again)).toThrow(/already exists/);
  });
});

describe('a stack in trouble', () => {
  const make = (d: Drive, resources: object, more: object = {}) => {
    d.call('cloudformation', 'CreateStack', { StackName: 's', TemplateBody: body(resources, {}), ...more });
    d.pass(60);
  };
  const change = (d: Drive, resources: object, more: object = {}) => {
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body(resources, {}), ...more });
    d.pass(90);
  };

  it('goes back although what was made is in use by what was changed', () => {
    const d = drive();
    const listener = balancer(d);
    d.call('logs', 'CreateLogGroup', { logGroupName: '/taken' });
    make(d, { ...base(d), Rule: rule(listener, 5) }, { Tags: [{ Key: 'a', Value: '1' }] });
    const [before] = groups(d);
    const target = { ...base(d).Target, Properties: { ...base(d).Target.Properties, Port: 99 } };
    const late = { Type: 'AWS::Logs::LogGroup', DependsOn: 'Rule', Properties: { LogGroupName: '/taken' } };
    change(d, { ...base(d), Target: target, Rule: rule(listener, 6), Late: late }, { Tags: [{ Key: 'a', Value: '2' }] });
    expect(stack(d)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', Tags: [{ Key: 'a', Value: '1' }] });
    expect(groups(d)).toEqual([before]);
    expect(rules(d, listener)).toMatchObject([{ Priority: '5', Actions: [{ TargetGroupArn: before.TargetGroupArn }] }]);
  });

  it('replaces a group and its rule together, and leaves neither behind', () => {
    const d = drive();
    const [one, two] = [balancer(d), balancer(d)];
    make(d, { ...base(d), Rule: rule(one, 5) });
    const target = { ...base(d).Target, Properties: { ...base(d).Target.Properties, Port: 99 } };
    change(d, { ...base(d), Target: target, Rule: rule(two, 5) });
    expect(stack(d).StackStatus).toBe('UPDATE_COMPLETE');
    expect(groups(d)).toMatchObject([{ Port: 99 }]);
    expect(rules(d, one)).toEqual([]);
  });

  it('is told of a property that is missing, and a handler that breaks fails the resource only', () => {
    const d = drive();
    make(d, { Group: { Type: 'AWS::EC2::SecurityGroup' } });
    expect(stack(d).StackStatus).toBe('ROLLBACK_COMPLETE');
    const reasons = d
      .call('cloudformation', 'DescribeStackEvents', { StackName: 's' })
      .StackEvents.map((e: { ResourceStatusReason?: string }) => e.ResourceStatusReason ?? '');
    expect(reasons.join()).toMatch(/required key \[GroupDescription\] not found/);
    const join = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { 'Fn::Join': 7 } } };
    d.call('cloudformation', 'CreateStack', { StackName: 't', TemplateBody: body({ A: join }, {}) });
    d.pass(60);
    expect(stack(d, 't').StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  it('cannot be deleted while something else uses it, and is deleted by the next call', () => {
    const d = drive();
    const listener = balancer(d);
    make(d, base(d));
    const other = {
      ListenerArn: listener,
      Conditions: somePath,
      Actions: [{ Type: 'forward', TargetGroupArn: groups(d)[0].TargetGroupArn }],
      Priority: 1,
    };
    const { RuleArn } = d.call('elasticloadbalancing', 'CreateRule', other).Rules[0];
    d.call('cloudformation', 'DeleteStack', { StackName: 's' });
    d.pass(60);
    expect(stack(d)).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Target]. ',
    });
    d.call('elasticloadbalancing', 'DeleteRule', { RuleArn });
    d.call('cloudformation', 'DeleteStack', { StackName: 's' });
    d.pass(60);
    expect(() => stack(d)).toThrow(/does not exist/);
  });

  it('takes parameters: required, unknown, changed', () => {
    const d = drive();
    const TemplateBody = JSON.stringify({
      Parameters: { Name: { Type: 'String' }, Days: { Type: 'Number', Default: 7 } },
      Resources: {
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { Ref: 'Name' }, RetentionInDays: { Ref: 'Days' } } },
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      },
    });
    const act = (operation: string, values: Record<string, string>) => () => {
      const Parameters = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
      d.call('cloudformation', operation, { StackName: 's', TemplateBody, Parameters });
      d.pass(60);
    };
    expect(act('CreateStack', {})).toThrow('Parameters: [Name] must have values');
    expect(act('CreateStack', { Name: '/p', X: '1' })).toThrow('Parameters: [X] do not exist in the template');
    act('CreateStack', { Name: '/p' })();
    expect(act('UpdateStack', { Name: '/p' })).toThrow('No updates are to be performed.');
    act('UpdateStack', { Name: '/p', Days: '14' })();
    expect(stack(d).StackStatus).toBe('UPDATE_COMPLETE');
    expect(d.call('logs', 'DescribeLogGroups', {}).logGroups).toMatchObject([{ logGroupName: '/p', retentionInDays: 14 }]);
  });

  it('is not begun twice by a request that is sent again', () => {
    const d = drive();
    const input = { StackName: 's', TemplateBody: body(base(d)), ClientRequestToken: 'one' };
    const { StackId } = d.call('cloudformation', 'CreateStack', input);
    expect(d.call('cloudformation', 'CreateStack', input)).toEqual({ StackId });
    expect(() => d.call('cloudformation', 'CreateStack', { ...input, ClientRequestToken: 'two' })).toThrow(/already exists/);
    d.pass(60);
    const events = d.call('cloudformation', 'DescribeStackEvents', { StackName: 's' }).StackEvents;
    expect(events.every((e: { ClientRequestToken: string }) => e.ClientRequestToken === 'one')).toBe(true);
    d.call('cloudformation', 'UpdateStack', { StackName: 's', TemplateBody: body(base(d), {}) });
    expect(() => d.call('cloudformation', 'DeleteStack', { StackName: 's' })).toThrow(/cannot be deleted while in status UPDATE/);
    const cell = d.sandbox.world.cell('111111111111', 'eu-west-1');
    d.pass(60);
    expect(cloudformation.nextEventAt!(cell, d.sandbox.world)).toBeNull();
  });
});
