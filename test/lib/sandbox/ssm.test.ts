import { describe, expect, it } from 'vitest';
import { perform } from '../../../src/lib/sandbox/dispatch.js';
import { ssm } from '../../../src/lib/sandbox/services/ssm.js';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('ssm');

function store() {
  const { d, call } = make();
  const put = (Name: string, Value: string, more: object = {}) =>
    call('PutParameter', { Name, Value, Type: 'String', Overwrite: true, ...more }).Version as number;
  const get = (Name: string, more: object = {}) => call('GetParameter', { Name, ...more }).Parameter;
  return { d, call, put, get };
}
const names = (list: { Name: string }[]): string[] => list.map((p) => p.Name);

describe('the Parameter Store', () => {
  it('keeps versions, labels and history', () => {
    const { call, put, get } = store();
    expect([put('/a/x', '1'), put('/a/x', '2'), put('/a/x', '3', { Description: 'third' })]).toEqual([1, 2, 3]);
    expect(call('LabelParameterVersion', { Name: '/a/x', ParameterVersion: 2, Labels: ['live', '1bad'] })).toEqual({
      InvalidLabels: ['1bad'],
      ParameterVersion: 2,
    });
    expect(get('/a/x')).toMatchObject({ Value: '3', Version: 3 });
    expect(get('/a/x')).not.toHaveProperty('Selector');
    expect(get('/a/x:1')).toMatchObject({ Value: '1', Selector: ':1' });
    expect(get('/a/x:live')).toMatchObject({ Value: '2', Version: 2, Selector: ':live' });
    call('LabelParameterVersion', { Name: '/a/x', Labels: ['live'] });
    expect(get('/a/x:live').Version).toBe(3);
    expect(() => get('/a/x:9')).toThrow(refused('ParameterVersionNotFound', /could not find version 9 of \/a\/x/));
    expect(() => get('/a/x:dead')).toThrow(refused('ParameterVersionNotFound'));
    expect(() => get('/a/none')).toThrow(refused('ParameterNotFound'));
    expect(() => get('constructor')).toThrow(refused('ParameterNotFound'));
    const history = call('GetParameterHistory', { Name: '/a/x', MaxResults: 2 });
    expect(history.Parameters.map((p: { Version: number }) => p.Version)).toEqual([1, 2]);
    const rest = call('GetParameterHistory', { Name: '/a/x', NextToken: history.NextToken, MaxResults: 2 });
    expect(rest.Parameters).toMatchObject([{ Version: 3, Labels: ['live'], Description: 'third' }]);
    expect(rest.NextToken).toBeUndefined();
    expect(call('UnlabelParameterVersion', { Name: '/a/x', ParameterVersion: 3, Labels: ['live', 'none'] })).toEqual({
      RemovedLabels: ['live'],
      InvalidLabels: ['none'],
    });
    const many = call('GetParameters', { Names: ['/a/x', '/a/y', '/a/x:2', '/a/x:none'] });
    expect(many.Parameters.map((p: { Version: number }) => p.Version)).toEqual([3, 2]);
    expect(many.InvalidParameters).toEqual(['/a/y', '/a/x:none']);
  });

  it('pages by what it scans: a page may be empty and carry a token', () => {
    const { call, put } = store();
    for (let i = 0; i < 12; i++) put(`/p/${String(i).padStart(2, '0')}`, 'x');
    put('/p/sub/z', 'x');
    call('LabelParameterVersion', { Name: '/p/11', Labels: ['live'] });
    const labelled = { Path: '/p', ParameterFilters: [{ Key: 'Label', Values: ['live'] }] };
    const first = call('GetParametersByPath', labelled);
    expect(first.Parameters).toEqual([]);
    expect(names(call('GetParametersByPath', { ...labelled, NextToken: first.NextToken }).Parameters)).toEqual(['/p/11']);
    const next = call('GetParametersByPath', { Path: '/p/' });
    expect(next.Parameters).toHaveLength(10);
    expect(names(call('GetParametersByPath', { Path: '/p', NextToken: next.NextToken }).Parameters)).toEqual(['/p/10', '/p/11']);
    const deep = call('GetParametersByPath', { Path: '/p', Recursive: true });
    expect(call('GetParametersByPath', { Path: '/p', Recursive: true, NextToken: deep.NextToken }).Parameters).toHaveLength(3);
    expect(call('GetParametersByPath', { Path: '/none' }).Parameters).toEqual([]);
    expect(() => call('GetParametersByPath', { Path: '/p', NextToken: 'junk' })).toThrow(refused('InvalidNextToken'));
    expect(() => call('GetParametersByPath', { Path: '/p', MaxResults: 11 })).toThrow(
      refused('ValidationException', /'maxResults'.*less than or equal to 10/),
    );
    expect(() => call('GetParametersByPath', { Path: 'p' })).toThrow(refused('ValidationException', /forward slash/));
  });

  it('drops the oldest of a hundred versions, unless it has a label', () => {
    const { call, put, get } = store();
    for (let i = 1; i <= 100; i++) put('/v', String(i));
    expect(put('/v', '101')).toBe(101);
    expect(() => get('/v:1')).toThrow(refused('ParameterVersionNotFound'));
    call('LabelParameterVersion', { Name: '/v', ParameterVersion: 2, Labels: ['last-good'] });
    expect(() => put('/v', '102')).toThrow(refused('ParameterMaxVersionLimitExceeded', /Version 2, the oldest/));
    const page = call('GetParameterHistory', { Name: '/v' });
    expect(page.Parameters).toHaveLength(50);
    expect(call('GetParameterHistory', { Name: '/v', NextToken: page.NextToken }).Parameters.at(-1).Version).toBe(101);
    call('LabelParameterVersion', { Name: '/v', ParameterVersion: 3, Labels: ['last-good'] });
    expect(put('/v', '102')).toBe(102);
  });

  it.each([
    ['another type', { Name: '/taken', Value: 'x', Type: 'SecureString' }, 'HierarchyTypeMismatchException'],
    ['tags on an overwrite', { Name: '/taken', Value: 'x', Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationException'],
    ['no type', { Name: '/n', Value: 'x', Type: undefined }, 'ValidationException'],
    ['a tier that is none', { Name: '/i', Value: 'x', Tier: 'Huge' }, 'ValidationException'],
    ['an advanced value too long', { Name: '/l', Value: 'x'.repeat(8193), Tier: 'Intelligent-Tiering' }, 'ValidationException'],
    ['a description too long', { Name: '/d', Value: 'x', Description: 'x'.repeat(1025) }, 'ValidationException'],
    ['a reserved plain name', { Name: 'ssmThing', Value: 'x' }, 'ValidationException'],
    ['a name in two', { Name: 'a/b', Value: 'x' }, 'ValidationException'],
    ['a name that ends with a slash', { Name: '/a/b/', Value: 'x' }, 'ValidationException'],
    ['a name with a space', { Name: '/a b', Value: 'x' }, 'ValidationException'],
    ['a name too long', { Name: `/${'a'.repeat(1000)}`, Value: 'x' }, 'ValidationException'],
    ['a reserved name', { Name: '/aws/x', Value: 'x' }, 'AccessDeniedException'],
    ['a name too deep', { Name: '/' + Array(16).fill('a').join('/'), Value: 'x' }, 'HierarchyLevelLimitExceededException'],
    ['a value too long', { Name: '/l', Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['a value that nests', { Name: '/n', Value: '{{ssm:x}}' }, 'ValidationException'],
    ['an empty value', { Name: '/e', Value: '' }, 'ValidationException'],
    ['a type that is none', { Name: '/t', Value: 'x', Type: 'Blob' }, 'ValidationException'],
    ['a data type that is none', { Name: '/t', Value: 'x', DataType: 'TEXT' }, 'ValidationException'],
    ['a value off its pattern', { Name: '/p', Value: 'x', AllowedPattern: '^\\d+$' }, 'ParameterPatternMismatchException'],
    ['a pattern that is none', { Name: '/p', Value: 'x', AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
    ['a name that is taken', { Name: '/taken', Value: 'x', Overwrite: false }, 'ParameterAlreadyExists'],
  ])('refuses %s', (_name, input, code) => {
    const { call, put } = store();
    put('/taken', 'x');
    expect(() => put(input.Name, input.Value, input)).toThrow(refused(code));
    expect(names(call('DescribeParameters').Parameters)).toEqual(['/taken']);
  });

  it('moves labels, attaches the good ones of a mixed list, and stops at ten', () => {
    const { call, put, get } = store();
    put('/a', '1');
    put('/a', '2');
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      call('LabelParameterVersion', { Name: '/a', ParameterVersion, Labels }).InvalidLabels as string[];
    expect(label(1, 'live', 'awsX', '9', 'ssm-x', 'a b')).toEqual(['awsX', '9', 'ssm-x', 'a b']);
    expect(get('/a:live').Version).toBe(1);
    label(2, 'live');
    expect(get('/a:live').Version).toBe(2);
    label(1, ...'abcdefghij');
    expect(() => label(1, 'k')).toThrow(refused('ParameterVersionLabelLimitExceeded'));
    expect(label(1, 'a')).toEqual([]);
    expect(() => label(1, 'x'.repeat(101))).toThrow(refused('ValidationException', /less than or equal to 100/));
    expect(() => label(7, 'x')).toThrow(refused('ParameterVersionNotFound', /could not find version 7/));
  });

  it('takes names and ARNs, and keeps what it is asked in bounds', () => {
    const { call, put, get } = store();
    put('bare', 'b');
    put('/deep/x', 'd');
    const { ARN } = get('bare');
    expect(ARN).toBe(`arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/bare`);
    expect(get(ARN)).toMatchObject({ Name: 'bare', Value: 'b' });
    expect(get(`${get('/deep/x').ARN}:1`)).toMatchObject({ Name: '/deep/x', Selector: ':1' });
    expect(() => call('DescribeParameters', { MaxResults: 51 })).toThrow(refused('ValidationException'));
    expect(() => call('GetParameterHistory', { Name: 'bare', MaxResults: 51 })).toThrow(refused('ValidationException'));
    expect(() => call('GetParameters', { Names: Array(11).fill('x') })).toThrow(refused('ValidationException', /'names'/));
    expect(() => call('DeleteParameters', { Names: Array(11).fill('x') })).toThrow(refused('ValidationException', /'names'/));
  });

  it('describes by filters, never with values', () => {
    const { call, put } = store();
    put('/a/one', '1', { Description: 'first' });
    put('/a/b/two', '2', { Type: 'StringList' });
    put('plain', '3', { Overwrite: false, Tags: [{ Key: 'team', Value: 'shop' }] });
    put('/s', '4', { Type: 'SecureString', KeyId: 'alias/mine' });
    const by = (Key: string, Option: string | undefined, ...Values: string[]) =>
      names(call('DescribeParameters', { ParameterFilters: [{ Key, Option, ...(Values.length ? { Values } : {}) }] }).Parameters);
    expect(by('Name', 'BeginsWith', '/a')).toEqual(['/a/b/two', '/a/one']);
    expect(by('Name', 'Contains', 'o')).toEqual(['/a/b/two', '/a/one']);
    expect(by('Name', 'Equals', '/plain', '/s')).toEqual(['/s', 'plain']);
    expect(by('Path', undefined, '/a')).toEqual(['/a/one']);
    expect(by('Path', 'Recursive', '/a')).toEqual(['/a/b/two', '/a/one']);
    expect(by('Path', 'OneLevel', '/')).toEqual(['/s', 'plain']);
    expect(by('Type', 'Equals', 'StringList')).toEqual(['/a/b/two']);
    expect(by('KeyId', 'Equals', 'alias/mine')).toEqual(['/s']);
    expect(by('tag:team', 'Equals', 'shop')).toEqual(['plain']);
    expect(by('tag:team', undefined)).toEqual(['plain']);
    expect(by('Tier', 'Equals', 'Advanced')).toEqual([]);
    const [first] = call('DescribeParameters', { MaxResults: 2 }).Parameters.slice(1);
    expect(first).toMatchObject({ Name: '/a/one', Description: 'first', LastModifiedUser: expect.stringContaining('user/test') });
    expect(first).not.toHaveProperty('Value');
    expect(names(call('DescribeParameters', { Filters: [{ Key: 'Name', Values: ['/a/'] }] }).Parameters)).toHaveLength(2);
    expect(() => by('Path', 'Equals', '/x')).toThrow(refused('InvalidFilterOption', /Recursive, OneLevel/));
    expect(() => by('Label', 'Equals', 'x')).toThrow(refused('InvalidFilterKey'));
    expect(() => by('Color', 'Equals', 'x')).toThrow(refused('ValidationException', /tag:\.\+\|Name/));
    expect(() => by('Type', 'Equals', 'Blob')).toThrow(refused('InvalidFilterOption', /String, StringList/));
    expect(() => by('Name', undefined)).toThrow(refused('InvalidFilterValue'));
    expect(() => by('Name', 'BeginsWith', '/aws/service')).toThrow(refused('ValidationException', /global namespace/));
    expect(() => call('GetParametersByPath', { Path: '/', ParameterFilters: [{ Key: 'Name', Values: ['x'] }] })).toThrow(
      refused('InvalidFilterKey', /Type, KeyId, Label/),
    );
  });

  it('shows no secret without decryption, and keeps none in its state', () => {
    const { d, call, put, get } = store();
    put('/s', 'hunter2', { Type: 'SecureString' });
    put('/t', 'hunter2', { Type: 'SecureString' });
    expect(get('/s').Value).not.toContain('hunter2');
    expect(get('/s').Value).not.toBe(get('/t').Value);
    expect(get('/s', { WithDecryption: true }).Value).toBe('hunter2');
    const history = (more: object) => call('GetParameterHistory', { Name: '/s', ...more }).Parameters[0];
    expect(history({ WithDecryption: true })).toMatchObject({ Value: 'hunter2', KeyId: 'alias/aws/ssm' });
    expect(history({}).Value).toBe(get('/s').Value);
    expect(JSON.stringify(d.sandbox.store.state)).not.toContain('hunter2');
  });

  it('keeps tags, and deletes', () => {
    const { call, put } = store();
    put('/s', 'x');
    const tagged = { ResourceType: 'Parameter', ResourceId: '/s' };
    call('AddTagsToResource', { ...tagged, Tags: [{ Key: 'a', Value: 'b' }, { Key: 'c', Value: 'd' }] }); // prettier-ignore
    call('RemoveTagsFromResource', { ...tagged, TagKeys: ['a'] });
    expect(call('ListTagsForResource', tagged).TagList).toEqual([{ Key: 'c', Value: 'd' }]);
    expect(() => call('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/none' })).toThrow(
      refused('InvalidResourceId'),
    );
    const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    expect(() => call('AddTagsToResource', { ...tagged, Tags })).toThrow(refused('TooManyTagsError'));
    expect(call('DeleteParameters', { Names: ['/s', '/t'] })).toEqual({ DeletedParameters: ['/s'], InvalidParameters: ['/t'] });
    expect(() => call('DeleteParameter', { Name: '/s' })).toThrow(refused('ParameterNotFound'));
  });

  it('makes a deleted name anew only after thirty seconds', () => {
    const { d, call, put } = store();
    put('/s', 'x');
    call('DeleteParameter', { Name: '/s' });
    d.pass(29);
    expect(() => put('/s', 'y', { Overwrite: false })).toThrow(refused('ParameterAlreadyExists'));
    expect(() => put('/s', 'y')).toThrow(refused('TooManyUpdates'));
    d.pass(1);
    expect(put('/s', 'y')).toBe(1);
  });

  it('refuses two writers at the same moment, never one who writes twice', () => {
    const { d, put } = store();
    put('/s', '1');
    expect(put('/s', '2')).toBe(2);
    const other = () =>
      perform(
        d.sandbox,
        ssm,
        'PutParameter',
        { Name: '/s', Value: '3', Overwrite: true },
        { account: ACCOUNT, region: REGION, arn: `arn:aws:iam::${ACCOUNT}:user/other` },
      );
    expect(other).toThrow(refused('TooManyUpdates'));
    d.pass(0.1);
    expect(other()).toMatchObject({ Version: 3 });
  });

  it('moves up by tier, never down, and by the account’s default', () => {
    const { call, put } = store();
    put('/big', 'x'.repeat(5000), { Tier: 'Intelligent-Tiering' });
    put('/small', 'x', { Tier: 'Intelligent-Tiering' });
    const tiers = () => call('DescribeParameters').Parameters.map((p: { Tier: string }) => p.Tier);
    expect(tiers()).toEqual(['Advanced', 'Standard']);
    expect(() => put('/big', 'x', { Tier: 'Standard' })).toThrow(refused('ValidationException', /downgrade/));
    const SettingId = '/ssm/parameter-store/default-parameter-tier';
    call('UpdateServiceSetting', { SettingId, SettingValue: 'Advanced' });
    put('/later', 'x');
    put('/small', 'y');
    expect(tiers()).toEqual(['Advanced', 'Advanced', 'Standard']);
    expect(call('GetServiceSetting', { SettingId }).ServiceSetting).toMatchObject({
      SettingValue: 'Advanced',
      Status: 'Customized',
    });
    expect(call('ResetServiceSetting', { SettingId }).ServiceSetting).toMatchObject({
      SettingValue: 'Standard',
      Status: 'Default',
    });
    const throughput = '/ssm/parameter-store/high-throughput-enabled';
    expect(call('GetServiceSetting', { SettingId: throughput }).ServiceSetting.SettingValue).toBe('false');
    expect(() => call('UpdateServiceSetting', { SettingId: throughput, SettingValue: 'yes' })).toThrow(
      refused('ValidationException'),
    );
    expect(() => call('GetServiceSetting', { SettingId: '/ssm/none' })).toThrow(refused('ServiceSettingNotFound'));
  });

  it('lets parameters expire by their policies', () => {
    const { d, call, put, get } = store();
    const policy = (Type: string, Attributes: object) => ({ Type, Version: '1.0', Attributes });
    const ends = policy('Expiration', { Timestamp: new Date(d.clock.now() + 3_600_000 * 2).toISOString() });
    const notice = policy('ExpirationNotification', { Before: '1', Unit: 'Hours' });
    const idle = policy('NoChangeNotification', { After: '1', Unit: 'Days' });
    const write = (policies: unknown, more: object = {}) =>
      put('/e', 'x', { Tier: 'Advanced', Policies: JSON.stringify(policies), ...more });
    write([ends, notice, idle]);
    const shown = () =>
      call('DescribeParameters').Parameters[0].Policies.map((p: { PolicyType: string; PolicyStatus: string }) => [
        p.PolicyType,
        p.PolicyStatus,
      ]);
    d.pass(3_600);
    expect(shown()).toEqual([
      ['Expiration', 'Pending'],
      ['ExpirationNotification', 'Finished'],
      ['NoChangeNotification', 'Pending'],
    ]);
    put('/e', 'y');
    expect(shown()).toHaveLength(3);
    d.pass(3_600);
    expect(() => get('/e')).toThrow(refused('ParameterNotFound'));
    d.pass(30);
    expect(put('/e', 'z')).toBe(1);
    const later = policy('Expiration', { Timestamp: new Date(d.clock.now() + 60_000).toISOString() });
    write([later]);
    write([{}]);
    d.pass(120);
    expect(get('/e').Value).toBe('x');
    for (const [policies, code] of [
      ['no list', 'InvalidPolicyAttributeException'],
      [[ends], 'InvalidPolicyAttributeException'],
      [[policy('Reminder', {})], 'InvalidPolicyTypeException'],
      [[policy('NoChangeNotification', { After: '1', Unit: 'Weeks' })], 'InvalidPolicyAttributeException'],
      [[notice], 'IncompatiblePolicyException'],
      [Array(11).fill(idle), 'PoliciesLimitExceededException'],
    ] as const)
      expect(() => write(policies)).toThrow(refused(code));
    expect(() => put('/f', 'x', { Tier: 'Standard', Policies: JSON.stringify([idle]) })).toThrow(refused('ValidationException'));
  });

  it('looks at images after the answer, and publishes those of AWS', () => {
    const { put, get } = store();
    const image = { DataType: 'aws:ec2:image' };
    expect(put('/ami', 'ami-0123456789abcdef0', image)).toBe(1);
    expect(put('/ami', 'no-image', image)).toBe(2);
    expect(get('/ami')).toMatchObject({ Value: 'ami-0123456789abcdef0', Version: 1, DataType: 'aws:ec2:image' });
    const base = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';
    const { Value, ARN } = get(base);
    expect(ARN).toBe(`arn:aws:ssm:${REGION}::parameter${base}`);
    expect(get(`${base}/image_id`).Value).toBe(JSON.parse(Value).image_id);
    expect(get(`${base}/image_id`).Value).toMatch(/^ami-[0-9a-f]{17}$/);
    expect(() => get('/aws/service/ecs/none')).toThrow(refused('ParameterNotFound'));
  });
});
