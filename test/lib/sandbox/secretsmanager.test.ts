import { describe, expect, it } from 'vitest';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('secretsmanager');
const DAY = 86_400;
const TOKEN = '11111111-1111-1111-1111-111111111111';

function vault() {
  const { d, call } = make();
  const create = (Name: string, SecretString?: string, more: object = {}) =>
    call('CreateSecret', { Name, SecretString, ...more });
  const get = (SecretId: string, more: object = {}) => call('GetSecretValue', { SecretId, ...more });
  return { d, call, create, get };
}

describe('Secrets Manager', () => {
  it('keeps values by version and stage', () => {
    const { call, create, get } = vault();
    const made = create('retail/key', 'one');
    expect(made.ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:retail/key-[A-Za-z0-9]{6}$`));
    expect(get('retail/key')).toMatchObject({ SecretString: 'one', VersionStages: ['AWSCURRENT'], VersionId: made.VersionId });
    const second = call('PutSecretValue', { SecretId: made.ARN, SecretString: 'two' }).VersionId;
    expect(get('retail/key')).toMatchObject({ SecretString: 'two', VersionId: second });
    expect(get('retail/key', { VersionStage: 'AWSPREVIOUS' }).SecretString).toBe('one');
    const pending = call('PutSecretValue', { SecretId: 'retail/key', SecretString: 'three', VersionStages: ['AWSPENDING'] });
    expect(pending.VersionStages).toEqual(['AWSPENDING']);
    expect(get('retail/key').SecretString).toBe('two');
    const third = call('UpdateSecret', { SecretId: 'retail/key', SecretString: 'four', Description: 'd' }).VersionId;
    expect(call('DescribeSecret', { SecretId: 'retail/key' })).toMatchObject({
      Description: 'd',
      VersionIdsToStages: { [third]: ['AWSCURRENT'], [second]: ['AWSPREVIOUS'], [pending.VersionId]: ['AWSPENDING'] },
    });
    const ids = (more: object) =>
      call('ListSecretVersionIds', { SecretId: 'retail/key', ...more }).Versions.map((v: { VersionId: string }) => v.VersionId);
    expect(ids({})).toEqual([third, pending.VersionId, second]);
    expect(ids({ IncludeDeprecated: true })).toContain(made.VersionId);
    expect(get('retail/key', { VersionId: made.VersionId }).SecretString).toBe('one');
    expect(() => get('retail/key', { VersionStage: 'NONE' })).toThrow(
      refused('ResourceNotFoundException', /secret value for staging label: NONE/),
    );
    expect(() => get('retail/key', { VersionId: made.VersionId, VersionStage: 'AWSCURRENT' })).toThrow(
      refused('InvalidRequestException', /not associated/),
    );
    expect(() => get('none')).toThrow(refused('ResourceNotFoundException', /can't find the specified secret\.$/));
  });

  it('is found by name, ARN and ARN without its end', () => {
    const { create, get } = vault();
    const { ARN } = create('a', 'x');
    for (const id of ['a', ARN, ARN.slice(0, -7)]) expect(get(id).SecretString).toBe('x');
    expect(() => get(ARN.slice(0, -3))).toThrow(refused('ResourceNotFoundException'));
  });

  it('keeps bytes as bytes, and nothing in plain text', () => {
    const { d, call, create, get } = vault();
    call('CreateSecret', { Name: 'b', SecretBinary: Buffer.from([0, 255, 7]) });
    expect([...get('b').SecretBinary]).toEqual([0, 255, 7]);
    expect(get('b')).not.toHaveProperty('SecretString');
    create('t', 'hunter2');
    expect(JSON.stringify(d.sandbox.store.state)).not.toContain('hunter2');
    expect(() => call('PutSecretValue', { SecretId: 't', SecretString: 'x', SecretBinary: Buffer.from('x') })).toThrow(
      refused('InvalidParameterException', /both a binary/),
    );
    expect(() => call('PutSecretValue', { SecretId: 't' })).toThrow(refused('InvalidRequestException', /either/));
    create('empty');
    expect(() => get('empty')).toThrow(refused('ResourceNotFoundException', /AWSCURRENT/));
    call('PutSecretValue', { SecretId: 'empty', SecretString: 'x', VersionStages: ['MINE'] });
    expect(get('empty').VersionStages).toEqual(['MINE', 'AWSCURRENT']);
  });

  it('answers the same token with the same value once', () => {
    const { call, create, get } = vault();
    const first = create('a', 'x', { ClientRequestToken: TOKEN });
    expect(create('a', 'x', { ClientRequestToken: TOKEN })).toEqual(first);
    expect(() => create('a', 'y', { ClientRequestToken: TOKEN })).toThrow(
      refused('ResourceExistsException', /can't use ClientRequestToken 1111/),
    );
    expect(() => create('a', 'x')).toThrow(refused('ResourceExistsException', /the secret a already exists/));
    const put = (SecretString: string) => call('PutSecretValue', { SecretId: 'a', SecretString, ClientRequestToken: TOKEN });
    expect(put('x').VersionId).toBe(TOKEN);
    expect(() => put('z')).toThrow(refused('ResourceExistsException'));
    expect(get('a').SecretString).toBe('x');
    expect(() => create('a b', 'x')).toThrow(refused('ValidationException', /Invalid name/));
  });

  it('moves stages by hand', () => {
    const { call, create, get } = vault();
    const one = create('a', 'one').VersionId;
    const two = call('PutSecretValue', { SecretId: 'a', SecretString: 'two' }).VersionId;
    const move = (VersionStage: string, RemoveFromVersionId?: string, MoveToVersionId?: string) =>
      call('UpdateSecretVersionStage', { SecretId: 'a', VersionStage, RemoveFromVersionId, MoveToVersionId });
    expect(() => move('AWSCURRENT', undefined, one)).toThrow(refused('InvalidParameterException', new RegExp(two)));
    move('AWSCURRENT', two, one);
    expect(get('a').SecretString).toBe('one');
    expect(get('a', { VersionStage: 'AWSPREVIOUS' }).SecretString).toBe('two');
    move('blue', undefined, two);
    expect(get('a', { VersionStage: 'blue' }).VersionId).toBe(two);
    move('blue', two);
    expect(() => get('a', { VersionStage: 'blue' })).toThrow(refused('ResourceNotFoundException'));
    expect(() => move('AWSCURRENT', one)).toThrow(refused('InvalidParameterException'));
    expect(() => move('blue', undefined, TOKEN)).toThrow(refused('InvalidParameterException', /Not a valid version/));
    expect(() => move('AWSCURRENT', two, one)).toThrow(refused('InvalidParameterException', /not attached/));
  });

  it('comes back within its window, and is gone after it', () => {
    const { d, call, create, get } = vault();
    create('a', 'x');
    call('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 7 });
    expect(() => get('a')).toThrow(refused('InvalidRequestException', /marked for deletion/));
    expect(() => create('a', 'y')).toThrow(refused('InvalidRequestException', /already scheduled for deletion/));
    expect(call('DescribeSecret', { SecretId: 'a' }).DeletedDate).toEqual(new Date(d.clock.now()));
    expect(call('ListSecrets').SecretList).toEqual([]);
    expect(call('ListSecrets', { IncludePlannedDeletion: true }).SecretList).toHaveLength(1);
    d.pass(6 * DAY);
    call('RestoreSecret', { SecretId: 'a' });
    expect(get('a').SecretString).toBe('x');
    call('DeleteSecret', { SecretId: 'a' });
    d.pass(30 * DAY);
    expect(() => call('RestoreSecret', { SecretId: 'a' })).toThrow(refused('ResourceNotFoundException'));
    create('a', 'z');
    call('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true });
    expect(() => call('DescribeSecret', { SecretId: 'a' })).toThrow(refused('ResourceNotFoundException'));
    expect(call('DeleteSecret', { SecretId: 'never', ForceDeleteWithoutRecovery: true }).Name).toBe('never');
    expect(() => call('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 5 })).toThrow(
      refused('InvalidParameterException', /between 7 and 30/),
    );
    expect(() => call('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true })).toThrow(
      refused('InvalidParameterException', /in conjunction/),
    );
  });

  it('lists and reads many by filters and pages', () => {
    const { d, call, create } = vault();
    for (const name of ['shop/db', 'shop/api', 'ops/db']) {
      create(name, name, { Description: `Password of ${name}`, Tags: [{ Key: 'team', Value: name.split('/')[0] }] });
      d.pass(1);
    }
    const by = (Filters: object[], more: object = {}) =>
      call('ListSecrets', { Filters, ...more }).SecretList.map((s: { Name: string }) => s.Name);
    expect(by([])).toEqual(['ops/db', 'shop/api', 'shop/db']);
    expect(by([], { SortOrder: 'asc' })).toEqual(['shop/db', 'shop/api', 'ops/db']);
    expect(by([{ Key: 'name', Values: ['shop/'] }])).toEqual(['shop/api', 'shop/db']);
    expect(by([{ Key: 'name', Values: ['!shop/'] }])).toEqual(['ops/db']);
    expect(by([{ Key: 'tag-value', Values: ['ops'] }])).toEqual(['ops/db']);
    expect(by([{ Key: 'description', Values: ['password'] }])).toHaveLength(3);
    expect(by([{ Key: 'tag-key', Values: ['team'] }, { Key: 'all', Values: ['api'] }])).toEqual(['shop/api']); // prettier-ignore
    const first = call('ListSecrets', { MaxResults: 2 });
    expect(call('ListSecrets', { MaxResults: 2, NextToken: first.NextToken }).SecretList).toHaveLength(1);
    expect(() => call('ListSecrets', { NextToken: 'junk' })).toThrow(refused('InvalidNextTokenException'));
    const batch = call('BatchGetSecretValue', { SecretIdList: ['ops/db', 'none'] });
    expect(batch.SecretValues.map((v: { SecretString: string }) => v.SecretString)).toEqual(['ops/db']);
    expect(batch.Errors).toMatchObject([{ SecretId: 'none', ErrorCode: 'ResourceNotFoundException' }]);
    expect(call('BatchGetSecretValue', { Filters: [{ Key: 'name', Values: ['shop'] }] }).SecretValues).toHaveLength(2);
    expect(() => call('BatchGetSecretValue')).toThrow(refused('InvalidParameterException', /not both/));
  });

  it('keeps tags and a policy, and makes passwords', () => {
    const { call, create } = vault();
    create('a', 'x');
    call('TagResource', { SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }, { Key: 'l', Value: 'w' }] }); // prettier-ignore
    call('UntagResource', { SecretId: 'a', TagKeys: ['k'] });
    expect(call('DescribeSecret', { SecretId: 'a' }).Tags).toEqual([{ Key: 'l', Value: 'w' }]);
    expect(call('GetResourcePolicy', { SecretId: 'a' })).not.toHaveProperty('ResourcePolicy');
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    call('PutResourcePolicy', { SecretId: 'a', ResourcePolicy });
    expect(call('GetResourcePolicy', { SecretId: 'a' }).ResourcePolicy).toBe(ResourcePolicy);
    expect(() => call('PutResourcePolicy', { SecretId: 'a', ResourcePolicy: 'no' })).toThrow(
      refused('MalformedPolicyDocumentException'),
    );
    call('DeleteResourcePolicy', { SecretId: 'a' });
    expect(call('GetResourcePolicy', { SecretId: 'a' })).not.toHaveProperty('ResourcePolicy');
    const password = (input: object) => call('GetRandomPassword', input).RandomPassword as string;
    expect(password({})).toHaveLength(32);
    expect(password({})).not.toBe(password({}));
    expect(password({ PasswordLength: 4 })).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^a-zA-Z0-9]).{4}$/);
    expect(password({ ExcludePunctuation: true, ExcludeUppercase: true, ExcludeCharacters: 'abc123' })).toMatch(
      /^[d-z04-9]{32}$/,
    );
    expect(() => password({ PasswordLength: 3 })).toThrow(refused('InvalidParameterException'));
    const nothing = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true };
    expect(() => password(nothing)).toThrow(refused('InvalidParameterException'));
  });
});
