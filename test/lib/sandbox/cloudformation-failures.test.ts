/** Stacks that fail: back, away, or left as they are; and what protects them. */
import { describe, expect, it } from 'vitest';
import { body, logGroup, parameter, stackDrive, type StackDrive } from './stack-drive.js';

const groups = (d: StackDrive) =>
  (d.call('logs', 'DescribeLogGroups', {}).logGroups as { logGroupName: string }[]).map((g) => g.logGroupName);
const after = (d: StackDrive, operation: string, more: object = {}) => {
  const answer = d.cfn(operation, { StackName: 's', ...more });
  d.pass(120);
  return answer;
};
const listed = (d: StackDrive) =>
  Object.fromEntries(
    (
      d.cfn('ListStackResources', { StackName: 's' }).StackResourceSummaries as {
        LogicalResourceId: string;
        ResourceStatus: string;
      }[]
    ).map((r) => [r.LogicalResourceId, r.ResourceStatus]),
  );
/** A group whose name somebody else has. */
const taken = (d: StackDrive, name = '/taken') => {
  if (!groups(d).includes(name)) d.call('logs', 'CreateLogGroup', { logGroupName: name });
  return logGroup(name, { DependsOn: 'A' });
};
const free = (d: StackDrive, logGroupName = '/taken') => void d.call('logs', 'DeleteLogGroup', { logGroupName });

describe('a creation that fails', () => {
  it('goes back, and lists what is gone', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a'), B: taken(d) });
    expect(d.events()).toEqual([
      's CREATE_IN_PROGRESS User Initiated',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS Resource creation Initiated',
      'A CREATE_COMPLETE',
      'B CREATE_IN_PROGRESS',
      expect.stringMatching(
        /^B CREATE_FAILED Resource handler returned message: "The specified log group already exists" \(RequestToken: \w+, HandlerErrorCode: AlreadyExists\)$/,
      ),
      's ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      's ROLLBACK_COMPLETE',
    ]);
    expect(listed(d)).toEqual({ A: 'DELETE_COMPLETE', B: 'CREATE_FAILED' });
    expect(groups(d)).toEqual(['/taken']);
  });

  it('is left as it is with OnFailure DO_NOTHING, taken up again, or rolled back', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a'), B: taken(d) }, { OnFailure: 'DO_NOTHING' });
    expect(d.stack()).toMatchObject({
      StackStatus: 'CREATE_FAILED',
      StackStatusReason: 'The following resource(s) failed to create: [B]. ',
    });
    expect(groups(d)).toEqual(['/a', '/taken']);
    expect(() => d.update({ A: logGroup('/a') })).toThrow(
      /^This stack is currently in a non-terminal \[CREATE_FAILED\] state\. /,
    );
    free(d);
    d.update({ A: logGroup('/a'), B: logGroup('/taken') }, { DisableRollback: true });
    expect(d.status()).toBe('UPDATE_COMPLETE');
    expect(groups(d)).toEqual(['/a', '/taken']);
    const e = stackDrive();
    e.create({ A: logGroup('/a'), B: taken(e) }, { DisableRollback: true });
    expect(e.status()).toBe('CREATE_FAILED');
    after(e, 'RollbackStack');
    expect(e.status()).toBe('ROLLBACK_COMPLETE');
    expect(groups(e)).toEqual(['/taken']);
    expect(() => e.cfn('RollbackStack', { StackName: 's' })).toThrow(/ROLLBACK_COMPLETE state/);
  });

  it('is deleted with OnFailure DELETE', () => {
    const d = stackDrive();
    const { StackId } = d.cfn('CreateStack', {
      StackName: 's',
      TemplateBody: body({ A: logGroup('/a'), B: taken(d) }),
      OnFailure: 'DELETE',
    });
    d.pass(120);
    expect(d.stack(StackId as string).StackStatus).toBe('DELETE_COMPLETE');
    expect(groups(d)).toEqual(['/taken']);
    expect(() => d.create({ A: logGroup('/a') }, { OnFailure: 'DELETE', DisableRollback: true })).toThrow(/but not both/);
  });

  it('that takes longer than it may is rolled back', () => {
    const d = stackDrive();
    const chain = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`L${i}`, logGroup(`/l${i}`, i === 0 ? {} : { DependsOn: `L${i - 1}` })]),
    );
    d.create(chain, { TimeoutInMinutes: 1 });
    d.pass(300);
    expect(d.status()).toBe('ROLLBACK_COMPLETE');
    expect(d.events().join()).toContain('Stack creation time exceeded the specified timeout. Rollback requested by user.');
    expect(groups(d)).toEqual([]);
  });
});

describe('an update that fails', () => {
  it('is left as it is with DisableRollback, goes on with what was not reached, or goes back', () => {
    const make = () => {
      const d = stackDrive();
      d.create({ A: parameter('/a', '1'), Z: parameter('/z', '1', { DependsOn: 'A' }) });
      d.update({ A: parameter('/a', '2'), B: taken(d), Z: parameter('/z', '2', { DependsOn: 'B' }) }, { DisableRollback: true });
      expect(d.status()).toBe('UPDATE_FAILED');
      expect(value(d, '/a') + value(d, '/z')).toBe('21');
      return d;
    };
    const value = (d: StackDrive, Name: string) => d.call('ssm', 'GetParameter', { Name }).Parameter.Value as string;
    const onwards = make();
    free(onwards);
    after(onwards, 'UpdateStack', { UsePreviousTemplate: true, DisableRollback: true });
    expect([onwards.status(), value(onwards, '/a') + value(onwards, '/z')]).toEqual(['UPDATE_COMPLETE', '22']);
    const back = make();
    after(back, 'RollbackStack');
    expect([back.status(), value(back, '/a') + value(back, '/z')]).toEqual(['UPDATE_ROLLBACK_COMPLETE', '11']);
    expect(listed(back)).toEqual({ A: 'UPDATE_COMPLETE', Z: 'CREATE_COMPLETE' });
    const gone = make();
    after(gone, 'DeleteStack');
    expect(() => gone.stack()).toThrow(/does not exist/);
    expect(gone.call('ssm', 'DescribeParameters', {}).Parameters).toEqual([]);
  });

  it('whose way back fails too waits for the user, who goes on or skips', () => {
    const make = () => {
      const d = stackDrive();
      d.create({ A: parameter('/a', '1'), B: parameter('/b', '1') });
      d.cfn('UpdateStack', {
        StackName: 's',
        TemplateBody: body({ A: parameter('/a', '2'), B: parameter('/b', '2'), C: taken(d) }),
      });
      d.pass(5);
      // What is to be changed back is taken away, and cannot be put back under its name.
      d.call('ssm', 'DeleteParameter', { Name: '/a' });
      d.pass(120);
      return d;
    };
    const d = make();
    expect(d.stack()).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [A]. ',
    });
    expect(() => d.update({ A: parameter('/a', '1') })).toThrow(/UPDATE_ROLLBACK_FAILED state and can not be updated/);
    expect(() => d.cfn('ContinueUpdateRollback', { StackName: 's', ResourcesToSkip: ['B'] })).toThrow(/\[B\]/);
    after(d, 'ContinueUpdateRollback', { ResourcesToSkip: ['A'] });
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.call('ssm', 'GetParameter', { Name: '/b' }).Parameter.Value).toBe('1');
    expect(() => d.cfn('ContinueUpdateRollback', { StackName: 's' })).toThrow(/UPDATE_ROLLBACK_COMPLETE/);
    const again = make();
    again.call('ssm', 'PutParameter', { Name: '/a', Value: 'by hand', Type: 'String' });
    after(again, 'ContinueUpdateRollback');
    expect(again.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(again.call('ssm', 'GetParameter', { Name: '/a' }).Parameter.Value).toBe('1');
  });

  it('and one that is cancelled', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a') });
    expect(() => d.cfn('CancelUpdateStack', { StackName: 's' })).toThrow(
      'CancelUpdateStack cannot be called from current stack status',
    );
    d.cfn('UpdateStack', {
      StackName: 's',
      TemplateBody: body({ A: logGroup('/a'), B: logGroup('/b'), C: logGroup('/c', { DependsOn: 'B' }) }),
    });
    d.pass(5);
    expect(groups(d)).toEqual(['/a', '/b']);
    after(d, 'CancelUpdateStack');
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.events()).toContain('C CREATE_FAILED Resource creation cancelled');
    expect(groups(d)).toEqual(['/a']);
  });

  it('of a name that somebody gave by hand', () => {
    const d = stackDrive();
    const target = (Port: number) => ({
      T: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'tg', Port, Protocol: 'HTTP', VpcId: d.vpc } },
    });
    d.create(target(80));
    d.update(target(81));
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.events()).toContain(
      'T UPDATE_FAILED CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename tg and update the stack again.',
    );
  });
});

describe('a service of ECS in a stack', () => {
  const resources = (image: string, subnet: string) => ({
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'c' } },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'web',
        Cpu: '256',
        Memory: '512',
        NetworkMode: 'awsvpc',
        RequiresCompatibilities: ['FARGATE'],
        ContainerDefinitions: [{ Name: 'web', Image: image }],
      },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: {
        ServiceName: 'web',
        Cluster: { Ref: 'Cluster' },
        TaskDefinition: { Ref: 'Task' },
        LaunchType: 'FARGATE',
        DesiredCount: 1,
        NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [subnet] } },
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
      },
    },
  });
  it('is waited for, and its failing deployment brings the stack back', () => {
    const d = stackDrive();
    const subnet = d.call('ec2', 'CreateSubnet', { VpcId: d.vpc, CidrBlock: '10.0.1.0/24' }).Subnet.SubnetId as string;
    d.cfn('CreateStack', { StackName: 's', TemplateBody: body(resources('web:1', subnet)) });
    d.pass(12);
    expect(d.status()).toBe('CREATE_IN_PROGRESS');
    d.pass(300);
    expect(d.status()).toBe('CREATE_COMPLETE');
    d.sandbox.store.state.images['web:2'] = 'exits';
    d.cfn('UpdateStack', { StackName: 's', TemplateBody: body(resources('web:2', subnet)) });
    d.pass(3 * 3600);
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.events().join('\n')).toMatch(/Service UPDATE_FAILED .*ECS Deployment Circuit Breaker was triggered/);
    const { services } = d.call('ecs', 'DescribeServices', { cluster: 'c', services: ['web'] });
    expect(services[0]).toMatchObject({ taskDefinition: expect.stringMatching(/web:1$/) as string, runningCount: 1 });
    expect(d.call('ecs', 'ListTaskDefinitions', { familyPrefix: 'web', status: 'ACTIVE' }).taskDefinitionArns).toHaveLength(1);
  });
});

describe('what is kept', () => {
  it('stays where its policy says so: deleted, replaced, removed, rolled back', () => {
    const d = stackDrive();
    const keep = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    d.create({ A: logGroup('/a', keep), B: logGroup('/b', keep), C: logGroup('/c', keep), D: logGroup('/d') });
    d.update({ A: logGroup('/a2', keep), C: logGroup('/c', keep), D: logGroup('/d') });
    expect(groups(d)).toEqual(['/a', '/a2', '/b', '/c', '/d']);
    expect(d.events().filter((e) => e.includes('DELETE_SKIPPED'))).toEqual(['A DELETE_SKIPPED', 'B DELETE_SKIPPED']);
    after(d, 'DeleteStack');
    expect(groups(d)).toEqual(['/a', '/a2', '/b', '/c']);
    const e = stackDrive();
    const onCreate = { DeletionPolicy: 'RetainExceptOnCreate' };
    e.create({ A: logGroup('/a', { DeletionPolicy: 'Retain' }), B: logGroup('/b', onCreate), C: taken(e) });
    expect(groups(e)).toEqual(['/a', '/taken']);
  });

  it('stays where a deletion that failed is told to leave it', () => {
    const d = stackDrive();
    const repository = { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'g', VpcId: d.vpc } };
    d.create({ Used: repository, A: logGroup('/a') });
    const used = d.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'Used' }).StackResourceDetail
      .PhysicalResourceId as string;
    const other = d.call('ec2', 'CreateSecurityGroup', { GroupName: 'o', Description: 'o', VpcId: d.vpc }).GroupId as string;
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId: used }] }];
    d.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: other, IpPermissions });
    expect(() => d.cfn('DeleteStack', { StackName: 's', RetainResources: ['Used'] })).toThrow(/DELETE_FAILED state/);
    after(d, 'DeleteStack');
    // What is in use is tried again for ten minutes.
    expect(d.status()).toBe('DELETE_IN_PROGRESS');
    d.pass(11 * 60);
    expect(d.status()).toBe('DELETE_FAILED');
    const { StackId } = d.stack();
    after(d, 'DeleteStack', { RetainResources: ['Used'] });
    expect(d.stack(StackId as string).StackStatus).toBe('DELETE_COMPLETE');
    expect(d.call('ec2', 'DescribeSecurityGroups', { GroupIds: [used] }).SecurityGroups).toHaveLength(1);
  });

  it('is a protected stack', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a') }, { EnableTerminationProtection: true });
    expect(() => d.cfn('DeleteStack', { StackName: 's' })).toThrow(
      'Stack [s] cannot be deleted while TerminationProtection is enabled',
    );
    expect(d.stack().EnableTerminationProtection).toBe(true);
    d.cfn('UpdateTerminationProtection', { StackName: 's', EnableTerminationProtection: false });
    after(d, 'DeleteStack');
    expect(() => d.stack()).toThrow(/does not exist/);
  });
});

describe('a stack policy', () => {
  const policy = (...statements: object[]) => JSON.stringify({ Statement: statements });
  const all = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
  const a = (value: string) => ({ A: parameter('/a', value), B: parameter('/b', value) });
  it.each([
    [
      'denies one resource',
      policy(all, { Effect: 'Deny', Action: 'Update:*', Principal: '*', Resource: 'LogicalResourceId/A' }),
      a('2'),
      /A UPDATE_FAILED Action denied by stack policy: Statement \[#2\] denies \[Update:Modify\] for resource \[LogicalResourceId\/A\]/,
    ],
    [
      'denies a type',
      policy(all, {
        Effect: 'Deny',
        Action: 'Update:Delete',
        Principal: '*',
        Resource: '*',
        Condition: { StringLike: { ResourceType: ['AWS::SSM::*'] } },
      }),
      { A: parameter('/a', '1') },
      /s UPDATE_ROLLBACK_IN_PROGRESS Action denied by stack policy: Statement \[#2\] denies \[Update:Delete\] for resource \[LogicalResourceId\/B\]/,
    ],
    [
      'denies what it does not allow',
      policy({ ...all, NotResource: 'LogicalResourceId/B', Resource: undefined }),
      a('2'),
      /B UPDATE_FAILED Action denied by stack policy/,
    ],
    [
      'denies what is replaced',
      policy(all, { Effect: 'Deny', NotAction: ['Update:Modify', 'Update:Delete'], Principal: '*', Resource: '*' }),
      { ...a('1'), A: parameter('/other', '1') },
      /A UPDATE_FAILED Action denied by stack policy: Statement \[#2\] denies \[Update:Replace\]/,
    ],
  ])('%s', (_name, StackPolicyBody, resources, event) => {
    const d = stackDrive();
    d.create(a('1'), { StackPolicyBody });
    expect(d.cfn('GetStackPolicy', { StackName: 's' }).StackPolicyBody).toBe(StackPolicyBody);
    d.update(resources);
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.events().join('\n')).toMatch(event);
    d.update(resources, { StackPolicyDuringUpdateBody: policy(all) });
    expect(d.status()).toBe('UPDATE_COMPLETE');
  });
  it('is refused where it is none', () => {
    const d = stackDrive();
    d.create(a('1'));
    for (const StackPolicyBody of ['{', '{}', '{"Statement":[{"Effect":"Allow"}]}'])
      expect(() => d.cfn('SetStackPolicy', { StackName: 's', StackPolicyBody })).toThrow(/Error validating stack policy/);
  });
});

describe('exports', () => {
  const exporting = (name: string, value = 'v') => ({
    TemplateBody: body(
      { A: logGroup(`/${name}`) },
      { Outputs: { O: { Value: value, Description: 'd', Export: { Name: { 'Fn::Sub': `${name}-\${AWS::Region}` } } } } },
    ),
  });
  const importing = { TemplateBody: body({ P: parameter('/p', { 'Fn::ImportValue': { 'Fn::Sub': 'base-${AWS::Region}' } }) }) };
  const two = () => {
    const d = stackDrive();
    after(d, 'CreateStack', { StackName: 'base', ...exporting('base') });
    after(d, 'CreateStack', { StackName: 'user', ...importing });
    return d;
  };
  it('are read by other stacks, listed, and kept while they are', () => {
    const d = two();
    expect(d.call('ssm', 'GetParameter', { Name: '/p' }).Parameter.Value).toBe('v');
    const { StackId } = d.stack('base');
    expect(d.cfn('ListExports', {}).Exports).toEqual([
      { ExportingStackId: StackId as string, Name: 'base-eu-west-1', Value: 'v' },
    ]);
    expect(d.cfn('ListImports', { ExportName: 'base-eu-west-1' }).Imports).toEqual(['user']);
    after(d, 'DeleteStack', { StackName: 'base' });
    expect(d.stack('base')).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      StackStatusReason: 'Delete canceled. Cannot delete export base-eu-west-1 as it is in use by user.',
    });
    after(d, 'UpdateStack', { StackName: 'base', ...exporting('base', 'w') });
    expect(d.status('base')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(d.events('base')).toContain(
      'base UPDATE_ROLLBACK_IN_PROGRESS Cannot update export base-eu-west-1 as it is in use by user.',
    );
    after(d, 'DeleteStack', { StackName: 'user' });
    expect(() => d.cfn('ListImports', { ExportName: 'base-eu-west-1' })).toThrow(
      "Export 'base-eu-west-1' is not imported by any stack.",
    );
    after(d, 'DeleteStack', { StackName: 'base' });
    expect(d.cfn('ListExports', {}).Exports).toEqual([]);
  });
  it('have one owner, and are missed where there is none', () => {
    const d = two();
    after(d, 'CreateStack', { StackName: 'other', TemplateBody: exporting('base').TemplateBody.replace('/base', '/second') });
    expect(d.status('other')).toBe('ROLLBACK_COMPLETE');
    expect(d.events('other').join()).toContain(
      'Export with name base-eu-west-1 is already exported by stack base. Rollback requested by user.',
    );
    const e = stackDrive();
    after(e, 'CreateStack', importing);
    expect(e.status()).toBe('ROLLBACK_COMPLETE');
    expect(e.events()).toEqual([
      's CREATE_IN_PROGRESS User Initiated',
      's ROLLBACK_IN_PROGRESS No export named base-eu-west-1 found. Rollback requested by user.',
      's ROLLBACK_COMPLETE',
    ]);
  });
});

describe('lists', () => {
  it('come page by page, newest first, by status', () => {
    const d = stackDrive();
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`L${i}`, logGroup(`/l${i}`)]));
    d.create(many);
    const first = d.cfn('ListStackResources', { StackName: 's' });
    const second = d.cfn('ListStackResources', { StackName: 's', NextToken: first.NextToken });
    expect([first.StackResourceSummaries.length, second.StackResourceSummaries.length, second.NextToken]).toEqual([
      100,
      20,
      undefined,
    ]);
    expect(d.cfn('DescribeStackResources', { StackName: 's' }).StackResources).toHaveLength(100);
    const events: string[] = [];
    for (let NextToken: string | undefined; events.length === 0 || NextToken;) {
      const page = d.cfn('DescribeStackEvents', { StackName: 's', NextToken }) as {
        StackEvents: { EventId: string }[];
        NextToken?: string;
      };
      events.push(...page.StackEvents.map((e) => e.EventId));
      NextToken = page.NextToken;
    }
    expect([events.length, new Set(events).size]).toEqual([362, 362]);
    d.cfn('CreateStack', { StackName: 't', TemplateBody: body({ A: logGroup('/t') }) });
    expect(d.cfn('ListStacks', {}).StackSummaries.map((s: { StackName: string }) => s.StackName)).toEqual(['t', 's']);
    expect(d.cfn('ListStacks', { StackStatusFilter: ['CREATE_COMPLETE'] }).StackSummaries).toMatchObject([{ StackName: 's' }]);
    const PhysicalResourceId = '/l7';
    expect(d.cfn('DescribeStackResources', { PhysicalResourceId }).StackResources).toHaveLength(100);
    expect(() => d.cfn('DescribeStackResources', {})).toThrow('You must specify either a StackName or a PhysicalResourceId.');
    expect(() => d.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'X' })).toThrow(
      'Resource X does not exist for stack s',
    );
  });
});
