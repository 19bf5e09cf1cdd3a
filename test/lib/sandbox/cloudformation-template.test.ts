/** Templates: functions, conditions, parameters, and what is refused before anything is made. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrBlocks } from '../../../src/lib/sandbox/services/cloudformation/cidr.js';
import { body, logGroup, parameter, stackDrive } from './stack-drive.js';

const output = (Value: unknown) => ({ O: { Value } });
const one = { Logs: logGroup('/l') };

/** What a value comes to, as an output. */
function valueOf(value: unknown, more: object = {}): unknown {
  const d = stackDrive();
  d.cfn('CreateStack', { StackName: 's', TemplateBody: body(one, { Outputs: output(value), ...more }) });
  d.pass(60);
  return d.stack().Outputs?.[0]?.OutputValue as unknown;
}

describe('functions', () => {
  it.each([
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 'b']] }, 'a-eu-west-1-b'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b,c'] }] }, 'b'],
    [
      { 'Fn::Sub': ['${A}/${!B}/${Logs}/${Logs.Arn}', { A: { Ref: 'AWS::AccountId' } }] },
      /^111111111111\/\$\{B\}\/\/l\/arn:aws:logs:/,
    ],
    [{ 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    [{ 'Fn::Join': [',', { 'Fn::GetAZs': '' }] }, 'eu-west-1a,eu-west-1b,eu-west-1c'],
    [{ 'Fn::Select': [2, { 'Fn::GetAZs': 'us-east-1' }] }, 'us-east-1c'],
    [{ 'Fn::Select': [1, { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }] }, '10.0.1.0/24'],
    [{ 'Fn::GetAtt': 'Logs.Arn' }, 'arn:aws:logs:eu-west-1:111111111111:log-group:/l:*'],
  ])('%j', (value, expected) => {
    if (expected instanceof RegExp) expect(valueOf(value)).toMatch(expected);
    else expect(valueOf(value)).toBe(expected);
  });

  it('blocks of Fn::Cidr lie in their block, one after the other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 8, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        (b, length, bits) => {
          const blocks = cidrBlocks(`10.${b}.0.0/${length}`, 16, bits)!;
          const at = (block: string) =>
            block
              .split('/')[0]!
              .split('.')
              .reduce((sum, part) => sum * 256 + Number(part), 0);
          const base = Math.floor(at(`10.${b}.0.0/`) / 2 ** (32 - length)) * 2 ** (32 - length);
          expect(blocks.map(at)).toEqual(Array.from({ length: 16 }, (_, i) => base + i * 2 ** bits));
          expect(blocks.every((block) => block.endsWith(`/${32 - bits}`))).toBe(true);
        },
      ),
    );
    expect(cidrBlocks('10.0.0.0/24', 2, 8)).toBeNull();
    expect(cidrBlocks('10.0.0/24', 1, 8)).toBeNull();
  });
});

describe('conditions', () => {
  const template = {
    Parameters: { Stage: { Type: 'String', Default: 'test' }, Size: { Type: 'String', Default: 'small' } },
    Mappings: { Days: { test: { small: 7, large: 14 }, prod: { small: 30, large: 90 } } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsLarge: { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] },
      Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsLarge' }] },
      Neither: { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsLarge' }] }] },
    },
    Resources: {
      Logs: {
        Type: 'AWS::Logs::LogGroup',
        Properties: {
          LogGroupName: { 'Fn::If': ['IsProd', '/prod', { Ref: 'AWS::NoValue' }] },
          RetentionInDays: { 'Fn::FindInMap': ['Days', { Ref: 'Stage' }, { Ref: 'Size' }] },
        },
      },
      OnlyBoth: { ...logGroup('/both'), Condition: 'Both' },
      OnlyNeither: { ...logGroup('/neither'), Condition: 'Neither' },
    },
    Outputs: { Prod: { Condition: 'IsProd', Value: 'yes' }, Name: { Value: { Ref: 'Logs' } } },
  };
  it.each([
    ['test', 'small', ['/neither', expect.stringMatching(/^s-Logs-/)], 7],
    ['test', 'large', [expect.stringMatching(/^s-Logs-/)], 14],
    ['prod', 'large', ['/both', '/prod'], 90],
    ['prod', 'small', ['/prod'], 30],
  ])('in %s, %s', (stage, size, names, days) => {
    const d = stackDrive();
    const Parameters = Object.entries({ Stage: stage, Size: size }).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    d.cfn('CreateStack', { StackName: 's', TemplateBody: JSON.stringify(template), Parameters });
    d.pass(60);
    const groups = d.call('logs', 'DescribeLogGroups', {}).logGroups as { logGroupName: string; retentionInDays?: number }[];
    expect(groups.map((g) => g.logGroupName)).toEqual(names);
    expect(groups.find((g) => g.retentionInDays)?.retentionInDays).toBe(days);
    expect((d.stack().Outputs as { OutputKey: string }[]).map((o) => o.OutputKey)).toEqual(
      stage === 'prod' ? ['Prod', 'Name'] : ['Name'],
    );
  });

  it('that turn make an update of it, and take resources away', () => {
    const d = stackDrive();
    const TemplateBody = JSON.stringify(template);
    d.cfn('CreateStack', { StackName: 's', TemplateBody });
    d.pass(60);
    d.cfn('UpdateStack', {
      StackName: 's',
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'Stage', ParameterValue: 'prod' }],
    });
    d.pass(60);
    const groups = d.call('logs', 'DescribeLogGroups', {}).logGroups as { logGroupName: string }[];
    expect(groups.map((g) => g.logGroupName)).toEqual(['/prod']);
  });
});

describe('a template is refused', () => {
  const equals = { 'Fn::Equals': ['a', 'b'] };
  it.each([
    ['an unknown section', { Resources: one, Resorces: {} }, 'Invalid template property or properties [Resorces]'],
    [
      'an unknown part of a resource',
      { Resources: { A: { ...logGroup('/a'), Propertis: {} } } },
      "Invalid template resource property 'Propertis'",
    ],
    ['a name with other letters', { Resources: { 'A-B': logGroup('/a') } }, 'Resource name A-B is non alphanumeric'],
    [
      'another version',
      { AWSTemplateFormatVersion: '2011-01-01', Resources: one },
      'unsupported value for AWSTemplateFormatVersion',
    ],
    [
      'a condition that is not there',
      { Resources: { A: { ...logGroup('/a'), Condition: 'C' } } },
      'Unresolved condition dependency C',
    ],
    [
      'a condition of nothing known',
      { Resources: one, Conditions: { C: { 'Fn::Maybe': [] } } },
      'Conditions can only be boolean operations',
    ],
    [
      'conditions in a circle',
      { Resources: one, Conditions: { A: { Condition: 'B' }, B: { Condition: 'A' } } },
      'Circular dependency',
    ],
    [
      'an Fn::If with two arguments',
      { Resources: { A: logGroup('/a') }, Conditions: { C: equals }, Outputs: output({ 'Fn::If': ['C', 'x'] }) },
      'Fn::If requires a list argument with exactly three elements',
    ],
    [
      'a mapping without the key',
      { Resources: one, Mappings: { M: { a: { b: 1 } } }, Outputs: output({ 'Fn::FindInMap': ['M', 'a', 'c'] }) },
      'Template error: Unable to get mapping for M::a::c',
    ],
    [
      'a resource in a condition',
      { Resources: one, Conditions: { C: { 'Fn::Equals': [{ Ref: 'Logs' }, 'x'] } } },
      'Unresolved resource dependencies [Logs]',
    ],
    [
      'a resource that its condition took',
      {
        Resources: { ...one, A: { ...logGroup('/a'), Condition: 'C' } },
        Conditions: { C: equals },
        Outputs: output({ Ref: 'A' }),
      },
      'Unresolved resource dependencies [A] in the Outputs block of the template',
    ],
    [
      'a transform',
      { Transform: 'AWS::Serverless-2016-10-31', Resources: one },
      'No transform named AWS::Serverless-2016-10-31 found.',
    ],
    [
      'a parameter type that is none',
      { Parameters: { P: { Type: 'Text', Default: 'a' } }, Resources: one },
      'Unrecognized parameter type: Text',
    ],
  ])('with %s', (_name, template, message) => {
    const d = stackDrive();
    const create = () => d.cfn('CreateStack', { StackName: 's', TemplateBody: JSON.stringify(template) });
    expect(create).toThrow(
      expect.objectContaining({ code: 'ValidationError', message: expect.stringContaining(message) as string }),
    );
    expect(d.cfn('ListStacks', {}).StackSummaries).toEqual([]);
  });
});

describe('YAML', () => {
  it('has short forms of every function, also nested', () => {
    const d = stackDrive();
    const TemplateBody = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: { Type: String, Default: prod }
Mappings:
  Days: { prod: { logs: 30 } }
Conditions:
  IsProd: !And [!Equals [!Ref Stage, prod], !Not [!Equals [!Ref Stage, test]]]
  Other: !Or [!Condition IsProd, !Equals [a, b]]
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Condition: Other
    Properties:
      LogGroupName: !If [IsProd, !Sub "/\${Stage}/\${AWS::Region}", !Ref AWS::NoValue]
      RetentionInDays: !FindInMap [Days, !Ref Stage, logs]
Outputs:
  Arn: { Value: !GetAtt Logs.Arn }
  Zone: { Value: !Select [0, !GetAZs ""] }
  Text: { Value: !Join ["", [!Base64 a, !Select [0, !Split [",", "x,y"]]]] }
  Mapped: { Value: !Sub ["\${X}!", { X: !Ref Logs }] }
`;
    d.cfn('CreateStack', { StackName: 's', TemplateBody });
    d.pass(60);
    expect((d.stack().Outputs as { OutputValue: string }[]).map((o) => o.OutputValue)).toEqual([
      'arn:aws:logs:eu-west-1:111111111111:log-group:/prod/eu-west-1:*',
      'eu-west-1a',
      'YQ==x',
      '/prod/eu-west-1!',
    ]);
    expect(d.call('logs', 'DescribeLogGroups', {}).logGroups[0].retentionInDays).toBe(30);
  });
});

describe('parameters', () => {
  const create = (Parameters: object, values: Record<string, string> = {}) => {
    const d = stackDrive();
    const given = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
    d.call('ssm', 'PutParameter', { Name: '/shop/name', Value: '/stored', Type: 'String' });
    d.cfn('CreateStack', {
      StackName: 's',
      TemplateBody: body({ L: logGroup('x'), P: parameter('/out', { Ref: 'P' }) }, { Parameters }),
      Parameters: given,
    });
    d.pass(60);
    return d;
  };
  it.each([
    [{ AllowedValues: ['a', 'b'] }, 'c', "Parameter 'P' must be one of AllowedValues"],
    [{ AllowedPattern: '[a-z]+' }, 'a1', "Parameter 'P' must match pattern [a-z]+"],
    [
      { AllowedPattern: '[a-z]+', ConstraintDescription: 'only letters' },
      'a1',
      'Parameter P failed to satisfy constraint: only letters',
    ],
    [{ MinLength: 3 }, 'ab', "Parameter 'P' must contain at least 3 characters"],
    [{ MaxLength: '1' }, 'ab', "Parameter 'P' must contain at most 1 characters"],
    [{ Type: 'Number', MinValue: 3 }, '2', "Parameter 'P' must be a number not less than 3"],
    [{ Type: 'Number', MaxValue: 3 }, '4', "Parameter 'P' must be a number not greater than 3"],
    [{ Type: 'Number' }, 'four', "Parameter 'P' must be a number"],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      '/none',
      'Unable to fetch parameters [/none] from parameter store for this account.',
    ],
    [{ AllowedPattern: '(' }, 'a', 'AllowedPattern is not a valid regular expression'],
  ])('%j refuse %s', (more, value, message) => {
    expect(() => create({ P: { Type: 'String', ...more } }, { P: value })).toThrow(message);
  });

  it('are hidden where they are not to be shown, and read from Parameter Store where they name it', () => {
    const d = create(
      { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shop/name' }, S: { Type: 'String', NoEcho: true } },
      { S: 'secret' },
    );
    expect(d.stack().Parameters).toEqual([
      { ParameterKey: 'P', ParameterValue: '/shop/name', ResolvedValue: '/stored' },
      { ParameterKey: 'S', ParameterValue: '****', ResolvedValue: undefined },
    ]);
    expect(d.call('ssm', 'GetParameter', { Name: '/out' }).Parameter.Value).toBe('/stored');
    d.call('ssm', 'PutParameter', { Name: '/shop/name', Value: '/changed', Type: 'String', Overwrite: true });
    d.cfn('UpdateStack', {
      StackName: 's',
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'S', UsePreviousValue: true }],
    });
    d.pass(60);
    expect(d.call('ssm', 'GetParameter', { Name: '/out' }).Parameter.Value).toBe('/changed');
  });

  it('of lists are joined and chosen from', () => {
    const d = stackDrive();
    const Parameters = { L: { Type: 'CommaDelimitedList', Default: 'a, b,c' } };
    const Outputs = {
      Second: { Value: { 'Fn::Select': [1, { Ref: 'L' }] } },
      All: { Value: { 'Fn::Join': ['+', { Ref: 'L' }] } },
    };
    d.cfn('CreateStack', { StackName: 's', TemplateBody: body(one, { Parameters, Outputs }) });
    d.pass(60);
    expect(d.stack().Outputs).toMatchObject([{ OutputValue: 'b' }, { OutputValue: 'a+b+c' }]);
  });

  it('are told by GetTemplateSummary and ValidateTemplate', () => {
    const d = stackDrive();
    const Parameters = { P: { Type: 'String', Default: 'a', Description: 'what', AllowedValues: ['a'], NoEcho: 'true' } };
    const TemplateBody = body(one, { Parameters, AWSTemplateFormatVersion: '2010-09-09', Metadata: { m: 1 } });
    expect(d.cfn('GetTemplateSummary', { TemplateBody })).toMatchObject({
      Parameters: [
        {
          ParameterKey: 'P',
          DefaultValue: 'a',
          ParameterType: 'String',
          NoEcho: true,
          ParameterConstraints: { AllowedValues: ['a'] },
        },
      ],
      ResourceTypes: ['AWS::Logs::LogGroup'],
      Version: '2010-09-09',
      Metadata: '{"m":1}',
    });
    expect(d.cfn('ValidateTemplate', { TemplateBody }).Parameters).toEqual([
      { ParameterKey: 'P', DefaultValue: 'a', NoEcho: true, Description: 'what' },
    ]);
    expect(() => d.cfn('ValidateTemplate', { TemplateBody: body({ A: { Type: 'A::B::C' } }) })).toThrow(
      'Unrecognized resource types: [A::B::C]',
    );
  });
});
