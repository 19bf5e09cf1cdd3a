import { describe, expect, it } from 'vitest';
import { drive } from './drive.js';

const put = (d: ReturnType<typeof drive>, Name: string, Value: string, more: object = {}) =>
  d.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true, ...more }).Version as number;

describe('the Parameter Store', () => {
  it('keeps versions, labels and history', () => {
    const d = drive();
    expect([put(d, '/a/x', '1'), put(d, '/a/x', '2'), put(d, '/a/x', '3')]).toEqual([1, 2, 3]);
    expect(d.call('ssm', 'LabelParameterVersion', { Name: '/a/x', ParameterVersion: 2, Labels: ['live', '1bad'] })).toEqual({
      InvalidLabels: ['1bad'],
      ParameterVersion: 2,
    });
    d.call('ssm', 'LabelParameterVersion', { Name: '/a/x', ParameterVersion: 2, Labels: ['live'] });
    const get = (Name: string) => d.call('ssm', 'GetParameter', { Name }).Parameter;
    expect(get('/a/x')).toMatchObject({ Value: '3', Version: 3 });
    expect(get('/a/x:1')).toMatchObject({ Value: '1', Selector: ':1' });
    expect(get('/a/x:live')).toMatchObject({ Value: '2', Version: 2 });
    d.call('ssm', 'LabelParameterVersion', { Name: '/a/x', Labels: ['live'] });
    expect(get('/a/x:live').Version).toBe(3);
    expect(() => get('/a/x:9')).toThrow(/could not find version 9/);
    expect(() => get('/a/none')).toThrow(expect.objectContaining({ code: 'ParameterNotFound' }));
    const history = d.call('ssm', 'GetParameterHistory', { Name: '/a/x', MaxResults: 2 });
    expect(history.Parameters.map((p: { Version: number }) => p.Version)).toEqual([1, 2]);
    expect(
      d.call('ssm', 'GetParameterHistory', { Name: '/a/x', NextToken: history.NextToken, MaxResults: 2 }).Parameters[0],
    ).toMatchObject({ Version: 3, Labels: ['live'] });
    expect(
      d.call('ssm', 'UnlabelParameterVersion', { Name: '/a/x', ParameterVersion: 3, Labels: ['live'] }).RemovedLabels,
    ).toEqual(['live']);
    expect(d.call('ssm', 'GetParameters', { Names: ['/a/x', '/a/y'] })).toMatchObject({ InvalidParameters: ['/a/y'] });
  });

  it('pages by what it scans: a page may be empty and carry a token', () => {
    const d = drive();
    for (let i = 0; i < 12; i++) put(d, `/p/${String(i).padStart(2, '0')}`, 'x');
    d.call('ssm', 'LabelParameterVersion', { Name: '/p/11', Labels: ['live'] });
    const filter = [{ Key: 'Label', Values: ['live'] }];
    const first = d.call('ssm', 'GetParametersByPath', { Path: '/p', ParameterFilters: filter });
    expect(first.Parameters).toEqual([]);
    expect(
      d.call('ssm', 'GetParametersByPath', { Path: '/p', ParameterFilters: filter, NextToken: first.NextToken }).Parameters,
    ).toHaveLength(1);
    put(d, '/p/sub/z', 'x');
    expect(d.call('ssm', 'GetParametersByPath', { Path: '/p', MaxResults: 10 }).Parameters).toHaveLength(10);
    expect(() => d.call('ssm', 'GetParametersByPath', { Path: '/p', NextToken: 'junk' })).toThrow(/token/);
    expect(() => d.call('ssm', 'GetParametersByPath', { Path: '/p', MaxResults: 11 })).toThrow(/maxResults/);
    const described = d.call('ssm', 'DescribeParameters', {
      ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/p/0'] }],
    });
    expect(described.Parameters).toHaveLength(10);
    expect(
      d.call('ssm', 'DescribeParameters', { ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/p'] }] })
        .Parameters,
    ).toHaveLength(13);
  });

  it('drops the oldest of a hundred versions, unless it has a label', () => {
    const d = drive();
    for (let i = 1; i <= 100; i++) put(d, '/v', String(i));
    expect(put(d, '/v', '101')).toBe(101);
    expect(() => d.call('ssm', 'GetParameter', { Name: '/v:1' })).toThrow();
    d.call('ssm', 'LabelParameterVersion', { Name: '/v', ParameterVersion: 2, Labels: ['last-good'] });
    expect(() => put(d, '/v', '102')).toThrow(expect.objectContaining({ code: 'ParameterMaxVersionLimitExceeded' }));
  });

  it.each([
    ['another type', { Name: '/taken', Value: 'x', Type: 'SecureString' }, 'HierarchyTypeMismatchException'],
    ['tags on an overwrite', { Name: '/taken', Value: 'x', Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationException'],
    ['a tier that is none', { Name: '/i', Value: 'x', Tier: 'Huge' }, 'ValidationException'],
    ['an advanced value too long', { Name: '/l', Value: 'x'.repeat(8193), Tier: 'Intelligent-Tiering' }, 'ValidationException'],
    ['a description too long', { Name: '/d', Value: 'x', Description: 'x'.repeat(1025) }, 'ValidationException'],
    ['a reserved plain name', { Name: 'ssmThing', Value: 'x' }, 'ValidationException'],
    ['a name in two', { Name: 'a/b', Value: 'x' }, 'ValidationException'],
    ['a reserved name', { Name: '/aws/x', Value: 'x' }, 'AccessDeniedException'],
    ['a name too deep', { Name: '/' + Array(16).fill('a').join('/'), Value: 'x' }, 'HierarchyLevelLimitExceededException'],
    ['a value too long', { Name: '/l', Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['a value that nests', { Name: '/n', Value: '{{ssm:x}}' }, 'ValidationException'],
    ['an empty value', { Name: '/e', Value: '' }, 'ValidationException'],
    ['a type that is none', { Name: '/t', Value: 'x', Type: 'Blob' }, 'UnsupportedParameterType'],
    ['a value off its pattern', { Name: '/p', Value: 'x', AllowedPattern: '^\\d+$' }, 'ParameterPatternMismatchException'],
    ['a name that is taken', { Name: '/taken', Value: 'x', Overwrite: false }, 'ParameterAlreadyExists'],
  ])('refuses %s', (_name, input, code) => {
    const d = drive();
    put(d, '/taken', 'x');
    expect(() => put(d, input.Name, input.Value, input)).toThrow(expect.objectContaining({ code }));
  });

  it('moves labels, attaches the good ones of a mixed list, and stops at ten', () => {
    const d = drive();
    put(d, '/a', '1');
    put(d, '/a', '2');
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      d.call('ssm', 'LabelParameterVersion', { Name: '/a', ParameterVersion, Labels }).InvalidLabels as string[];
    expect(label(1, 'live', 'awsX', '9')).toEqual(['awsX', '9']);
    expect(d.call('ssm', 'GetParameter', { Name: '/a:live' }).Parameter.Version).toBe(1);
    label(2, 'live');
    expect(d.call('ssm', 'GetParameter', { Name: '/a:live' }).Parameter.Version).toBe(2);
    label(1, ...'abcdefghij');
    expect(() => label(1, 'k')).toThrow(expect.objectContaining({ code: 'ParameterVersionLabelLimitExceeded' }));
    expect(label(1, 'a')).toEqual([]);
    expect(() => label(1, 'x'.repeat(101))).toThrow(/less than or equal to 100/);
    expect(() => label(7, 'x')).toThrow(/could not find version 7/);
  });

  it('keeps what it is asked in bounds, and takes ARNs', () => {
    const d = drive();
    put(d, 'bare', 'b');
    put(d, '/big', 'x'.repeat(5000), { Tier: 'Intelligent-Tiering' });
    expect(d.call('ssm', 'DescribeParameters', {}).Parameters.map((p: { Tier: string }) => p.Tier)).toEqual([
      'Advanced',
      'Standard',
    ]);
    expect(() => put(d, '/big', 'x', { Tier: 'Standard' })).toThrow(/downgrade/);
    const { ARN } = d.call('ssm', 'GetParameter', { Name: 'bare' }).Parameter;
    expect(d.call('ssm', 'GetParameter', { Name: ARN }).Parameter.Value).toBe('b');
    for (const [operation, input] of [
      ['DescribeParameters', { MaxResults: 51 }],
      ['GetParameterHistory', { Name: 'bare', MaxResults: 51 }],
      ['GetParametersByPath', { Path: '/', MaxResults: 0 }],
    ] as const)
      expect(() => d.call('ssm', operation, input)).toThrow(/maxResults/);
    expect(() => d.call('ssm', 'GetParameters', { Names: Array(11).fill('x') })).toThrow(/'names'/);
    expect(() => d.call('ssm', 'GetParameter', { Name: 'constructor' })).toThrow();
    const filter = (Key: string, Option?: string) => ({ ParameterFilters: [{ Key, Option, Values: ['x'] }] });
    expect(() => d.call('ssm', 'GetParametersByPath', { Path: '/', ...filter('Name') })).toThrow(/not valid/);
    expect(() => d.call('ssm', 'DescribeParameters', filter('Path', 'Equals'))).toThrow(/Recursive, OneLevel/);
    expect(() => d.call('ssm', 'ListTagsForResource', { ResourceId: '/none' })).toThrow(
      expect.objectContaining({ code: 'InvalidResourceId' }),
    );
  });

  it('shows no secret without decryption, keeps tags, and deletes', () => {
    const d = drive();
    put(d, '/s', 'hunter2', { Type: 'SecureString' });
    expect(d.call('ssm', 'GetParameter', { Name: '/s' }).Parameter.Value).not.toContain('hunter2');
    expect(d.call('ssm', 'GetParameter', { Name: '/s', WithDecryption: true }).Parameter.Value).toBe('hunter2');
    d.call('ssm', 'AddTagsToResource', { ResourceId: '/s', Tags: [{ Key: 'a', Value: 'b' }] });
    expect(d.call('ssm', 'ListTagsForResource', { ResourceId: '/s' }).TagList).toEqual([{ Key: 'a', Value: 'b' }]);
    d.call('ssm', 'RemoveTagsFromResource', { ResourceId: '/s', TagKeys: ['a'] });
    expect(d.call('ssm', 'DeleteParameters', { Names: ['/s', '/t'] })).toEqual({
      DeletedParameters: ['/s'],
      InvalidParameters: ['/t'],
    });
  });
});

describe('ECR and Logs', () => {
  it('have every tag of a repository, unless a fault says otherwise', () => {
    const d = drive();
    d.call('ecr', 'CreateRepository', { repositoryName: 'app' });
    expect(() => d.call('ecr', 'CreateRepository', { repositoryName: 'app' })).toThrow(/already exists/);
    const image = (imageTag: string) => d.call('ecr', 'BatchGetImage', { repositoryName: 'app', imageIds: [{ imageTag }] });
    expect(image('1').images[0].imageId.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    d.sandbox.store.state.images['app:2'] = 'missing';
    expect(image('2')).toMatchObject({ images: [], failures: [{ failureCode: 'ImageNotFound' }] });
    expect(() => d.call('ecr', 'DescribeImages', { repositoryName: 'app', imageIds: [{ imageTag: '2' }] })).toThrow(
      /does not exist within/,
    );
    expect(() => d.call('ecr', 'DescribeImages', { repositoryName: 'none' })).toThrow(
      expect.objectContaining({ code: 'RepositoryNotFoundException' }),
    );
    d.call('ecr', 'PutImage', { repositoryName: 'app', imageTag: '3', imageManifest: '{}' });
    expect(d.call('ecr', 'ListImages', { repositoryName: 'app' }).imageIds).toHaveLength(1);
    expect(d.call('ecr', 'DescribeRepositories', {}).repositories).toHaveLength(1);
  });
  it('keep what is written', () => {
    const d = drive();
    d.call('logs', 'CreateLogGroup', { logGroupName: '/g' });
    d.call('logs', 'CreateLogStream', { logGroupName: '/g', logStreamName: 's' });
    d.call('logs', 'PutLogEvents', {
      logGroupName: '/g',
      logStreamName: 's',
      logEvents: [1, 2, 3].map((n) => ({ timestamp: n, message: `m${n}` })),
    });
    d.call('logs', 'PutRetentionPolicy', { logGroupName: '/g', retentionInDays: 7 });
    expect(
      d
        .call('logs', 'GetLogEvents', { logGroupName: '/g', logStreamName: 's', limit: 2 })
        .events.map((e: { message: string }) => e.message),
    ).toEqual(['m2', 'm3']);
    expect(d.call('logs', 'FilterLogEvents', { logGroupName: '/g', filterPattern: '"m1"' }).events).toHaveLength(1);
    expect(d.call('logs', 'DescribeLogGroups', { logGroupNamePrefix: '/g' }).logGroups[0].retentionInDays).toBe(7);
    expect(d.call('logs', 'DescribeLogStreams', { logGroupName: '/g' }).logStreams[0].logStreamName).toBe('s');
    d.call('logs', 'DeleteRetentionPolicy', { logGroupName: '/g' });
    d.call('logs', 'DeleteLogGroup', { logGroupName: '/g' });
    expect(() => d.call('logs', 'GetLogEvents', { logGroupName: '/g', logStreamName: 's' })).toThrow(/does not exist/);
  });
});
