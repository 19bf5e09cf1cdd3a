/** Change sets: what they tell, and how they end. */
import { describe, expect, it } from 'vitest';
import { body, logGroup, parameter, stackDrive, type StackDrive } from './stack-drive.js';

const set = { StackName: 's', ChangeSetName: 'c' };
const propose = (d: StackDrive, resources: object, more: object = {}) => {
  const made = d.cfn('CreateChangeSet', { ...set, TemplateBody: body(resources), ...more }) as { Id: string; StackId: string };
  d.pass(3);
  return made;
};
const told = (d: StackDrive, more: object = {}) => d.cfn('DescribeChangeSet', { ...set, ...more });
const changes = (d: StackDrive) =>
  (told(d).Changes as { ResourceChange: Record<string, unknown> }[]).map(({ ResourceChange }) => ResourceChange);

const group = (d: StackDrive, properties: object = {}) => ({
  Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  Properties: { Port: 80, Protocol: 'HTTP', TargetType: 'ip', VpcId: d.vpc, ...properties },
});

describe('a change set', () => {
  it('makes a stack', () => {
    const d = stackDrive();
    const { Id, StackId } = propose(
      d,
      { A: logGroup('/a') },
      { ChangeSetType: 'CREATE', Description: 'first', Tags: [{ Key: 'k', Value: 'v' }] },
    );
    expect(Id).toMatch(/^arn:aws:cloudformation:eu-west-1:111111111111:changeSet\/c\/[0-9a-f-]{36}$/);
    expect(d.status()).toBe('REVIEW_IN_PROGRESS');
    expect(told(d)).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Description: 'first',
      Tags: [{ Key: 'k', Value: 'v' }],
      Changes: [
        { Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'AWS::Logs::LogGroup' } },
      ],
    });
    expect(d.cfn('DescribeStackResources', { StackName: 's' }).StackResources).toEqual([]);
    d.cfn('ExecuteChangeSet', set);
    expect(told(d, { ChangeSetName: Id }).ExecutionStatus).toBe('EXECUTE_IN_PROGRESS');
    d.pass(60);
    expect(d.stack()).toMatchObject({
      StackId,
      StackStatus: 'CREATE_COMPLETE',
      ChangeSetId: Id,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(told(d).ExecutionStatus).toBe('EXECUTE_COMPLETE');
    expect(d.cfn('ListChangeSets', { StackName: 's' }).Summaries).toEqual([]);
    expect(
      d.call('logs', 'ListTagsForResource', { resourceArn: 'arn:aws:logs:eu-west-1:111111111111:log-group:/a' }).tags,
    ).toEqual({ k: 'v' });
  });

  it('tells what is replaced for sure, what perhaps, and why', () => {
    const d = stackDrive();
    const template = (port: unknown, path: string) => ({
      Target: group(d, { Port: port, HealthCheckPath: path }),
      Name: parameter('/name', { 'Fn::GetAtt': ['Target', 'TargetGroupName'] }),
      Arn: parameter('/arn', { Ref: 'Target' }),
      Here: parameter({ 'Fn::Select': [1, { 'Fn::Split': ['targetgroup', { Ref: 'Target' }] }] } as never, 'x'),
    });
    const Parameters = { Port: { Type: 'Number', Default: 80 } };
    d.create({}, { TemplateBody: body({ ...template({ Ref: 'Port' }, '/'), Other: logGroup('/o') }, { Parameters }) });
    expect(d.status()).toBe('CREATE_COMPLETE');
    propose(d, {}, { TemplateBody: body(template({ Ref: 'Port' }, '/h'), { Parameters }) });
    expect(changes(d)).toMatchObject([
      {
        LogicalResourceId: 'Target',
        Action: 'Modify',
        Replacement: 'False',
        Scope: ['Properties'],
        Details: [
          {
            Target: { Attribute: 'Properties', Name: 'HealthCheckPath', RequiresRecreation: 'Never' },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
        ],
      },
      {
        LogicalResourceId: 'Name',
        Replacement: 'False',
        Details: [{ Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'Target.TargetGroupName' }],
      },
      { LogicalResourceId: 'Other', Action: 'Remove', PolicyAction: 'Delete' },
    ]);
    d.cfn('DeleteChangeSet', set);
    propose(
      d,
      {},
      { UsePreviousTemplate: true, TemplateBody: undefined, Parameters: [{ ParameterKey: 'Port', ParameterValue: '81' }] },
    );
    const [target, , , here] = changes(d);
    expect(target).toMatchObject({
      Replacement: 'True',
      PolicyAction: 'ReplaceAndDelete',
      Details: [
        {
          Target: { Name: 'Port', RequiresRecreation: 'Always' },
          Evaluation: 'Static',
          ChangeSource: 'ParameterReference',
          CausingEntity: 'Port',
        },
        { Target: { Name: 'Port', RequiresRecreation: 'Always' }, Evaluation: 'Dynamic', ChangeSource: 'DirectModification' },
      ],
    });
    expect(here).toMatchObject({
      LogicalResourceId: 'Here',
      Replacement: 'Conditional',
      Details: [{ Evaluation: 'Dynamic', ChangeSource: 'ResourceReference', CausingEntity: 'Target' }],
    });
  });

  it('without changes has failed, and cannot be carried out', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a') });
    propose(d, { A: logGroup('/a') });
    expect(told(d)).toMatchObject({
      Status: 'FAILED',
      StatusReason: "The submitted information didn't contain changes. Submit different information to create a change set.",
      ExecutionStatus: 'UNAVAILABLE',
    });
    expect(() => d.cfn('ExecuteChangeSet', set)).toThrow(
      expect.objectContaining({
        code: 'InvalidChangeSetStatus',
        message: expect.stringMatching(/cannot be executed in its current status of \[FAILED\]/) as string,
      }),
    );
    propose(d, { A: logGroup('/a') }, { ChangeSetName: 'tags', Tags: [{ Key: 'a', Value: 'b' }] });
    expect(told(d, { ChangeSetName: 'tags' })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      Changes: [{ ResourceChange: { Scope: ['Tags'], Replacement: 'False' } }],
    });
  });

  it('is obsolete once the stack has changed, and gone once another was carried out', () => {
    const d = stackDrive();
    d.create({ A: logGroup('/a') });
    propose(d, { A: logGroup('/a'), B: logGroup('/b') });
    d.update({ A: logGroup('/a'), C: logGroup('/c') });
    expect(told(d)).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'OBSOLETE' });
    expect(() => d.cfn('ExecuteChangeSet', set)).toThrow(/current execution status of \[OBSOLETE\]/);
    d.cfn('DeleteChangeSet', set);
    d.cfn('DeleteChangeSet', set);
    expect(() => told(d)).toThrow(
      expect.objectContaining({ code: 'ChangeSetNotFound', message: 'ChangeSet [c] does not exist' }),
    );
    propose(d, { A: logGroup('/a') });
    propose(d, { B: logGroup('/b') }, { ChangeSetName: 'two' });
    expect(d.cfn('ListChangeSets', { StackName: 's' }).Summaries).toHaveLength(2);
    d.cfn('ExecuteChangeSet', { ...set, ChangeSetName: 'two' });
    d.pass(60);
    expect(() => told(d)).toThrow('ChangeSet [c] does not exist');
    expect(d.call('logs', 'DescribeLogGroups', {}).logGroups).toMatchObject([{ logGroupName: '/b' }]);
  });

  it('whose execution fails says so', () => {
    const d = stackDrive();
    d.call('logs', 'CreateLogGroup', { logGroupName: '/taken' });
    d.create({ A: logGroup('/a') });
    propose(d, { A: logGroup('/a'), B: logGroup('/taken') });
    d.cfn('ExecuteChangeSet', set);
    d.pass(60);
    expect(d.status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(told(d).ExecutionStatus).toBe('EXECUTE_FAILED');
  });

  it.each([
    ['of a stack that is not there', (d: StackDrive) => propose(d, { A: logGroup('/a') }), 'Stack [s] does not exist'],
    [
      'that makes a stack that is there',
      (d: StackDrive) => (d.create({ A: logGroup('/a') }), propose(d, { A: logGroup('/b') }, { ChangeSetType: 'CREATE' })),
      'Stack [s] already exists and cannot be created again with the changeSet [c].',
    ],
    [
      'of a name that is taken',
      (d: StackDrive) => (d.create({ A: logGroup('/a') }), propose(d, { A: logGroup('/b') }), propose(d, { A: logGroup('/b') })),
      'ChangeSet c cannot be created',
    ],
    [
      'by name alone',
      (d: StackDrive) => d.cfn('DescribeChangeSet', { ChangeSetName: 'c' }) as object,
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
    ],
  ])('%s is refused', (_name, act, message) => {
    expect(() => act(stackDrive())).toThrow(message);
  });
});
