/** Policies by value and by property: what is allowed, what denied, and why. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionsHold } from '../../../src/lib/sandbox/iam/conditions.js';
import { readPolicy } from '../../../src/lib/sandbox/iam/document.js';
import { evaluate, evaluateTrust, type Request } from '../../../src/lib/sandbox/iam/evaluate.js';
import { matchesArn, matchesPattern } from '../../../src/lib/sandbox/iam/match.js';
import { needsOf } from '../../../src/lib/sandbox/iam/needs.js';

const policy = (...Statement: object[]) => readPolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
const ask = (action: string, resource = '*', keys: Request['keys'] = {}): Request => ({ action, resource, keys });
const SERVICE = 'arn:aws:ecs:eu-west-1:111111111111:service/baf/ui';

describe('statements', () => {
  it('allow by action and resource, and nothing else', () => {
    const statements = policy({ Effect: 'Allow', Action: ['ecs:Update*'], Resource: 'arn:aws:ecs:*:*:service/baf/*' });
    expect(evaluate(statements, ask('ecs:UpdateService', SERVICE))).toBe('allow');
    expect(evaluate(statements, ask('ECS:updateservice', SERVICE))).toBe('allow');
    expect(evaluate(statements, ask('ecs:DeleteService', SERVICE))).toBe('none');
    expect(evaluate(statements, ask('ecs:UpdateService', SERVICE.replace('baf/ui', 'other/ui')))).toBe('none');
    expect(evaluate(statements, ask('ecs:UpdateService', '*'))).toBe('none');
  });

  it('with NotAction and NotResource are about the rest', () => {
    expect(evaluate(policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), ask('ecs:RunTask'))).toBe('allow');
    expect(evaluate(policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), ask('iam:PassRole'))).toBe('none');
    const notMine = policy(
      { Effect: 'Deny', Action: '*', NotResource: SERVICE },
      { Effect: 'Allow', Action: '*', Resource: '*' },
    );
    expect(evaluate(notMine, ask('ecs:UpdateService', SERVICE))).toBe('allow');
    expect(evaluate(notMine, ask('ecs:UpdateService', `${SERVICE}2`))).toBe('deny');
  });

  it('take variables in resources and conditions', () => {
    const own = policy({
      Effect: 'Allow',
      Action: 'ssm:GetParameter',
      Resource: 'arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/team}/*',
    });
    const arn = 'arn:aws:ssm:eu-west-1:111111111111:parameter/shop/key';
    expect(evaluate(own, ask('ssm:GetParameter', arn, { 'aws:PrincipalTag/team': 'shop' }))).toBe('allow');
    expect(evaluate(own, ask('ssm:GetParameter', arn, { 'aws:PrincipalTag/team': 'pay' }))).toBe('none');
    expect(evaluate(own, ask('ssm:GetParameter', arn))).toBe('none');
  });

  const action = fc.constantFrom('ecs:UpdateService', 'ecs:*', 'ssm:Get*', 'ssm:GetParameter', '*');
  const resource = fc.constantFrom('*', SERVICE, 'arn:aws:ecs:*:*:service/baf/*', 'arn:aws:ssm:*:*:parameter/baf/*');
  const statement = fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: action, Resource: resource });
  const request = fc.record({
    action: fc.constantFrom('ecs:UpdateService', 'ecs:RunTask', 'ssm:GetParameter'),
    resource: fc.constantFrom('*', SERVICE, 'arn:aws:ssm:eu-west-1:111111111111:parameter/baf/x'),
    keys: fc.constant({}),
  });

  it('in any order say the same; a Deny is never outweighed, and an Allow never denies', () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), request, (given, asked) => {
        const verdict = evaluate(policy(...given), asked);
        expect(evaluate(policy(...[...given].reverse()), asked)).toBe(verdict);
        const alone = given.map((one) => evaluate(policy(one), asked));
        expect(verdict).toBe(alone.includes('deny') ? 'deny' : alone.includes('allow') ? 'allow' : 'none');
        const denyAll = { Effect: 'Deny', Action: '*', Resource: '*' };
        expect(evaluate(policy(...given, denyAll), asked)).toBe('deny');
        if (verdict !== 'deny') expect(evaluate(policy(...given, { ...denyAll, Effect: 'Allow' }), asked)).toBe('allow');
      }),
    );
  });
});

describe('patterns', () => {
  it('match as AWS matches them', () => {
    expect(matchesPattern('a?c*', 'abcdef')).toBe(true);
    expect(matchesPattern('a.c', 'abc')).toBe(false);
    expect(matchesArn('arn:aws:s3:::*', 'arn:aws:s3:::bucket/key')).toBe(true);
    expect(matchesArn('arn:aws:logs:*:*:log-group:/baf/*', 'arn:aws:logs:eu-west-1:1:log-group:/baf/x:log-stream:y')).toBe(true);
    expect(matchesArn('arn:aws:*:*:role/x', 'arn:aws:iam::111111111111:role/x')).toBe(false);
  });

  it('hold for every text they were made from', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, (before, middle, after) => {
        const bare = (part: string) => part.replace(/[*?]/g, 'x');
        expect(matchesPattern(`${bare(before)}*${bare(after)}`, bare(before) + middle + bare(after))).toBe(true);
        expect(matchesPattern(bare(before), bare(before))).toBe(true);
        expect(matchesPattern(bare(before), bare(before) + bare(after))).toBe(false);
      }),
    );
  });
});

describe('conditions', () => {
  const keys = {
    'aws:CurrentTime': '2026-11-19T12:00:00Z',
    'aws:RequestTag/team': 'shop',
    'aws:TagKeys': ['team', 'stage'],
    'aws:SourceIp': '10.1.2.3',
    'aws:SecureTransport': 'true',
    'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/ops/deploy',
    'x:count': '5',
  };
  it.each([
    ['StringEquals', 'aws:requesttag/team', 'shop', true],
    ['StringEquals', 'aws:RequestTag/team', ['pay', 'shop'], true],
    ['StringEquals', 'aws:RequestTag/stage', 'prod', false],
    ['StringEqualsIfExists', 'aws:RequestTag/stage', 'prod', true],
    ['StringNotEquals', 'aws:RequestTag/team', 'shop', false],
    ['StringNotEquals', 'aws:RequestTag/stage', 'prod', true],
    ['StringLike', 'aws:RequestTag/team', 'sh*', true],
    ['StringNotLike', 'aws:RequestTag/team', 'sh*', false],
    ['StringEqualsIgnoreCase', 'aws:RequestTag/team', 'SHOP', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/ops/*', true],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/dev/*', true],
    ['DateLessThan', 'aws:CurrentTime', '2026-11-19T12:00:01Z', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-11-19T12:00:01Z', false],
    ['DateGreaterThanEquals', 'aws:CurrentTime', '1795089600', true],
    ['NumericLessThan', 'x:count', '6', true],
    ['NumericGreaterThanEquals', 'x:count', '6', false],
    ['NumericNotEquals', 'x:count', '5.0', false],
    ['IpAddress', 'aws:SourceIp', '10.0.0.0/8', true],
    ['NotIpAddress', 'aws:SourceIp', ['192.168.0.0/16', '10.1.2.3'], false],
    ['Bool', 'aws:SecureTransport', true, true],
    ['Null', 'aws:RequestTag/stage', true, true],
    ['Null', 'aws:RequestTag/team', 'true', false],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['team', 'stage', 'x'], true],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['team'], false],
    ['ForAllValues:StringEquals', 'aws:Missing', ['team'], true],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['stage'], true],
    ['ForAnyValue:StringLike', 'aws:TagKeys', ['x*'], false],
    ['ForAnyValue:StringEquals', 'aws:Missing', ['team'], false],
  ])('%s of %s and %j', (operator, key, value, wanted) => {
    const [statement] = policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { [key]: value } } });
    expect(conditionsHold(statement!.conditions, keys)).toBe(wanted);
  });
});

describe('trust', () => {
  const caller = {
    account: '111111111111',
    arns: ['arn:aws:sts::111111111111:assumed-role/ops/ana', 'arn:aws:iam::111111111111:role/ops'],
  };
  const trust = (Principal: object | string, more: object = {}) =>
    readPolicy(
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }] }),
      'trust',
    );
  const asked = ask('sts:AssumeRole', 'arn:aws:iam::222222222222:role/x');
  it.each([
    [{ AWS: '111111111111' }, 'allow', false],
    [{ AWS: 'arn:aws:iam::111111111111:root' }, 'allow', false],
    [{ AWS: ['arn:aws:iam::999999999999:root', 'arn:aws:iam::111111111111:role/ops'] }, 'allow', true],
    [{ AWS: 'arn:aws:sts::111111111111:assumed-role/ops/ana' }, 'allow', true],
    ['*', 'allow', true],
    [{ AWS: 'arn:aws:iam::111111111111:role/other' }, 'none', false],
    [{ Service: 'ecs.amazonaws.com' }, 'none', false],
    [{ Federated: 'arn:aws:iam::111111111111:oidc-provider/x' }, 'none', false],
  ] as const)('in %j', (principal, verdict, direct) => {
    expect(evaluateTrust(trust(principal), asked, caller)).toEqual({ verdict, direct });
  });
});

describe('what a call needs', () => {
  const place = { region: 'eu-west-1', account: '111111111111' };
  const needs = (service: string, operation: string, input: object) =>
    needsOf(service, operation, input, place).map(({ action, resource }) => `${action} ${resource}`);

  it.each([
    ['ecs', 'DescribeServices', { cluster: 'baf', services: ['ui', SERVICE] }, [`ecs:DescribeServices ${SERVICE}`]],
    ['ecs', 'ListServices', { cluster: 'baf' }, ['ecs:ListServices *']],
    ['ecs', 'RunTask', { taskDefinition: 'ui:3' }, ['ecs:RunTask arn:aws:ecs:eu-west-1:111111111111:task-definition/ui:3']],
    [
      'ssm',
      'GetParameters',
      { Names: ['/baf/a', '/baf/b:3'] },
      [
        'ssm:GetParameters arn:aws:ssm:eu-west-1:111111111111:parameter/baf/a',
        'ssm:GetParameters arn:aws:ssm:eu-west-1:111111111111:parameter/baf/b',
      ],
    ],
    ['ssm', 'DescribeParameters', { ParameterFilters: [{ Key: 'Name', Values: ['/a'] }] }, ['ssm:DescribeParameters *']],
    [
      'cloudformation',
      'DescribeStacks',
      { StackName: 's' },
      ['cloudformation:DescribeStacks arn:aws:cloudformation:eu-west-1:111111111111:stack/s/*'],
    ],
    [
      'logs',
      'GetLogEvents',
      { logGroupName: '/g', logStreamName: 's' },
      ['logs:GetLogEvents arn:aws:logs:eu-west-1:111111111111:log-group:/g:log-stream:s'],
    ],
    ['monitoring', 'DescribeAlarms', {}, ['cloudwatch:DescribeAlarms *']],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k/x' }, ['s3:GetObject arn:aws:s3:::b/k/x']],
    ['s3', 'ListObjectsV2', { Bucket: 'b' }, ['s3:ListBucket arn:aws:s3:::b']],
    ['sts', 'GetCallerIdentity', {}, []],
    ['iam', 'ListRoles', {}, ['iam:ListRoles arn:aws:iam::111111111111:role/']],
    ['iam', 'GetRole', { RoleName: 'x' }, ['iam:GetRole arn:aws:iam::111111111111:role/x']],
    [
      'ecs',
      'RegisterTaskDefinition',
      {
        family: 'ui',
        executionRoleArn: 'arn:aws:iam::1:role/e',
        taskRoleArn: 'arn:aws:iam::1:role/t',
        tags: [{ key: 'a', value: 'b' }],
      },
      [
        'ecs:RegisterTaskDefinition *',
        'ecs:TagResource arn:aws:ecs:eu-west-1:111111111111:task-definition/ui:*',
        'iam:PassRole arn:aws:iam::1:role/e',
        'iam:PassRole arn:aws:iam::1:role/t',
      ],
    ],
  ] as const)('%s:%s %j', (service, operation, input, wanted) => {
    expect(needs(service, operation, input)).toEqual(wanted);
  });

  it('carries the keys that policies ask for', () => {
    const [create, tag] = needsOf(
      'ecs',
      'CreateService',
      { cluster: 'baf', serviceName: 'ui', tags: [{ key: 'team', value: 'shop' }] },
      place,
    );
    expect(create!.keys).toEqual({
      'aws:RequestTag/team': 'shop',
      'aws:TagKeys': ['team'],
      'ecs:cluster': 'arn:aws:ecs:eu-west-1:111111111111:cluster/baf',
    });
    expect(tag!.keys).toMatchObject({ 'ecs:CreateAction': 'CreateService' });
    const [, pass] = needsOf(
      'ecs',
      'RunTask',
      { taskDefinition: 'x', overrides: { taskRoleArn: 'arn:aws:iam::1:role/t' } },
      place,
    );
    expect(pass).toEqual({
      action: 'iam:PassRole',
      resource: 'arn:aws:iam::1:role/t',
      keys: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
  });
});
