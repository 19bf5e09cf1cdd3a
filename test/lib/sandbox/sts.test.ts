import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type AssumeRoleCommandInput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perform } from '../../../src/lib/sandbox/dispatch.js';
import { sts } from '../../../src/lib/sandbox/services/sts.js';
import { drive } from './drive.js';
import { startIssuer, type Issuer } from './issuer.js';
import { served, type Credentials, type Served } from './served.js';

describe('STS', () => {
  it('gives a session in an account of the platform, and no other', () => {
    const d = drive();
    const assume =
      (RoleArn: string, more: object = {}) =>
      () =>
        d.call('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'ana', ...more });
    const made = assume('arn:aws:iam::111111111111:role/baf-deploy')();
    expect(made.AssumedRoleUser.Arn).toBe('arn:aws:sts::111111111111:assumed-role/baf-deploy/ana');
    expect(made.Credentials.AccessKeyId).toMatch(/^ASIA[0-9A-Z]{16}$/);
    expect(made.Credentials.Expiration.getTime()).toBe(d.clock.now() + 3_600_000);
    expect(assume('arn:aws:iam::999999999999:role/x')).toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }));
    expect(assume('nothing')).toThrow(/is invalid/);
    expect(assume('arn:aws:iam::111111111111:role/x', { DurationSeconds: 5 })).toThrow(/durationSeconds/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a b' })).toThrow(/roleSessionName/);
    expect(assume('arn:aws:iam::111111111111:role/x', { DurationSeconds: 43_201 })).toThrow(/durationSeconds/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a' })).toThrow(/greater than or equal to 2/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a'.repeat(65) })).toThrow(/less than or equal to 64/);
    expect(assume('arn:aws:iam::111111111111:role/team/x')().AssumedRoleUser.Arn).toBe(
      'arn:aws:sts::111111111111:assumed-role/x/ana',
    );
    expect(d.call('sts', 'GetCallerIdentity', {})).toMatchObject({ Account: '111111111111' });
  });
});

describe('a session', () => {
  it('is kept by its access key, and says who it is', () => {
    const d = drive();
    const RoleArn = 'arn:aws:iam::111111111111:role/baf-deploy';
    const { Credentials, AssumedRoleUser } = d.call('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'ana' });
    expect(d.sandbox.store.state.sessions[Credentials.AccessKeyId]).toEqual({
      account: '111111111111',
      arn: AssumedRoleUser.Arn,
      roleArn: RoleArn,
      issuedAt: d.clock.now(),
      expiresAt: Credentials.Expiration.getTime(),
    });
    const caller = { account: '111111111111', region: 'eu-west-1', arn: AssumedRoleUser.Arn as string };
    expect(perform(d.sandbox, sts, 'GetCallerIdentity', {}, caller)).toEqual({
      Account: '111111111111',
      Arn: AssumedRoleUser.Arn,
      UserId: AssumedRoleUser.AssumedRoleId,
    });
  });
});

const HUB = '111111111111';
const SHOP = '222222222222';

describe('roles that IAM knows', () => {
  let sandbox: Served;
  beforeAll(async () => {
    sandbox = await served([HUB, SHOP]);
  });
  afterAll(() => sandbox.close());

  const policy = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const trusting = (principal: object, more: object = {}, action: string | string[] = 'sts:AssumeRole') =>
    policy({ Effect: 'Allow', Principal: principal, Action: action, ...more });
  const make = async (RoleName: string, AssumeRolePolicyDocument: string, more: object = {}): Promise<string> =>
    (await new IAMClient(sandbox.config(SHOP)).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }))).Role!
      .Arn!;
  const assume = (RoleArn: string, as: string | Credentials = HUB, more: Partial<AssumeRoleCommandInput> = {}) =>
    new STSClient(sandbox.config(as)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ana', ...more }));
  const denied = (action: string, arn: string, who = `arn:aws:iam::${HUB}:user/sandbox`) => ({
    name: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: ${action} on resource: ${arn}`,
  });

  it('are assumed by whom their trust policy names', async () => {
    const arn = await make('trusts-hub', trusting({ AWS: `arn:aws:iam::${HUB}:root` }));
    const made = await assume(arn);
    expect(made.AssumedRoleUser!.AssumedRoleId).toMatch(/^AROA[0-9A-F]{17}:ana$/);
    const who = await new STSClient(sandbox.config(made.Credentials!)).send(new GetCallerIdentityCommand({}));
    expect(who).toMatchObject({
      Account: SHOP,
      Arn: `arn:aws:sts::${SHOP}:assumed-role/trusts-hub/ana`,
      UserId: made.AssumedRoleUser!.AssumedRoleId,
    });
    const own = await make('trusts-shop', trusting({ AWS: SHOP }));
    await expect(assume(own)).rejects.toMatchObject(denied('sts:AssumeRole', own));
    await expect(assume(own, SHOP)).resolves.toBeDefined();
    const service = await make('trusts-ecs', trusting({ Service: 'ecs-tasks.amazonaws.com' }));
    await expect(assume(service, SHOP)).rejects.toMatchObject(
      denied('sts:AssumeRole', service, `arn:aws:iam::${SHOP}:user/sandbox`),
    );
  });

  it('of another path are not the same', async () => {
    const arn = await make('in-team', trusting({ AWS: HUB }), { Path: '/team/' });
    expect(arn).toBe(`arn:aws:iam::${SHOP}:role/team/in-team`);
    await expect(assume(arn)).resolves.toBeDefined();
    const bare = `arn:aws:iam::${SHOP}:role/in-team`;
    await expect(assume(bare)).rejects.toMatchObject(denied('sts:AssumeRole', bare));
  });

  it('ask for the external id, and for what is set besides', async () => {
    const arn = await make('external', trusting({ AWS: HUB }, { Condition: { StringEquals: { 'sts:ExternalId': 'secret-1' } } }));
    await expect(assume(arn)).rejects.toMatchObject(denied('sts:AssumeRole', arn));
    await expect(assume(arn, HUB, { ExternalId: 'secret-2' })).rejects.toMatchObject(denied('sts:AssumeRole', arn));
    await expect(assume(arn, HUB, { ExternalId: 'secret-1' })).resolves.toBeDefined();
    const plain = await make('plain', trusting({ AWS: HUB }));
    const Tags = [{ Key: 'team', Value: 'shop' }];
    await expect(assume(plain, HUB, { Tags })).rejects.toMatchObject(denied('sts:TagSession', plain));
    await expect(assume(plain, HUB, { SourceIdentity: 'ana' })).rejects.toMatchObject(denied('sts:SetSourceIdentity', plain));
  });

  it('cap the duration, and chained sessions at an hour', async () => {
    const arn = await make('long', trusting({ AWS: '*' }), { MaxSessionDuration: 7200 });
    const made = await assume(arn, HUB, { DurationSeconds: 7200 });
    expect(made.Credentials!.Expiration!.getTime()).toBe(sandbox.clock.now() + 7_200_000);
    await expect(assume(arn, HUB, { DurationSeconds: 7201 })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await expect(assume(arn, made.Credentials, { DurationSeconds: 3601 })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    });
    await expect(assume(arn, made.Credentials, { DurationSeconds: 3600 })).resolves.toBeDefined();
  });

  it('hand transitive tags and the source identity on', async () => {
    const all = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
    const first = await make('chain-1', trusting({ AWS: HUB }, {}, all));
    const wanted = { StringEquals: { 'aws:RequestTag/team': 'shop', 'sts:SourceIdentity': 'ana' } };
    const second = await make('chain-2', trusting({ AWS: first }, { Condition: wanted }, all));
    const given = {
      Tags: [
        { Key: 'team', Value: 'shop' },
        { Key: 'other', Value: 'x' },
      ],
      SourceIdentity: 'ana',
    };
    const kept = await assume(first, HUB, { ...given, TransitiveTagKeys: ['team'] });
    expect(kept).toMatchObject({ SourceIdentity: 'ana', PackedPolicySize: 5 });
    const chained = await assume(second, kept.Credentials);
    expect(chained.SourceIdentity).toBe('ana');
    expect(sandbox.sandbox.store.state.sessions[chained.Credentials!.AccessKeyId!]).toMatchObject({
      tags: { team: 'shop' },
      transitiveTagKeys: ['team'],
      chained: true,
    });
    const lost = await assume(first, HUB, given);
    await expect(assume(second, lost.Credentials)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(second, kept.Credentials, { Tags: [{ Key: 'Team', Value: 'x' }] })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringMatching(/conflicts with a transitive tag key/) as string,
    });
    await expect(assume(second, kept.Credentials, { SourceIdentity: 'ben' })).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(first, HUB, { ...given, TransitiveTagKeys: ['none'] })).rejects.toMatchObject({
      message: expect.stringMatching(/must be included in the requested tags/) as string,
    });
    await expect(
      assume(first, HUB, {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      }),
    ).rejects.toMatchObject({
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
  });

  it('refuse what does not fit the room of a session', async () => {
    const arn = await make('roomy', trusting({ AWS: HUB }, {}, ['sts:AssumeRole', 'sts:TagSession']));
    const Tags = Array.from({ length: 9 }, (_, i) => ({ Key: `T${i + 1}`, Value: 'a'.repeat(250) }));
    await expect(assume(arn, HUB, { Tags })).rejects.toMatchObject({
      name: 'PackedPolicyTooLargeException',
      message: 'Packed size of session tags consumes 498% of allotted space.',
    });
    await expect(assume(arn, HUB, { Policy: '{' })).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('give no session token to a session, and tell whose a key is', async () => {
    const user = await new STSClient(sandbox.config(HUB)).send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const client = new STSClient(sandbox.config(user.Credentials!));
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: `arn:aws:iam::${HUB}:user/sandbox` });
    await expect(client.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
      message: 'Cannot call GetSessionToken with session credentials',
    });
    const { AccessKeyId } = (await assume(`arn:aws:iam::${SHOP}:role/unknown`)).Credentials!;
    expect(await client.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).toMatchObject({ Account: SHOP });
  });
});

describe('a web identity', () => {
  let sandbox: Served;
  let issuer: Issuer;
  let provider: string;
  const SUBJECT = 'repo:acme/retail-store:ref:refs/heads/main';
  const RoleArn = `arn:aws:iam::${SHOP}:role/deploy`;
  beforeAll(async () => {
    sandbox = await served([HUB, SHOP]);
    issuer = await startIssuer(() => sandbox.clock.now());
    const iam = new IAMClient(sandbox.config(SHOP));
    provider = (await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] })))
      .OpenIDConnectProviderArn!;
    await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trust() }));
  });
  afterAll(async () => {
    await issuer.close();
    await sandbox.close();
  });

  const trust = (more: object = {}): string => {
    const host = issuer.url.replace('http://', '');
    const Condition = {
      StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${host}:sub`]: 'repo:acme/retail-store:*' },
    };
    return JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          Condition,
          ...more,
        },
      ],
    });
  };
  const assume = (WebIdentityToken: string, more: object = {}) =>
    new STSClient(sandbox.config(null)).send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'ci', WebIdentityToken, ...more }),
    );
  const seconds = () => Math.floor(sandbox.clock.now() / 1000);

  it.each(['RS256', 'ES256'] as const)('signed with %s gets a session', async (alg) => {
    const made = await assume(issuer.token({ sub: SUBJECT }, { alg }));
    expect(made).toMatchObject({
      AssumedRoleUser: { Arn: `arn:aws:sts::${SHOP}:assumed-role/deploy/ci` },
      SubjectFromWebIdentityToken: SUBJECT,
      Audience: 'sts.amazonaws.com',
      Provider: provider,
    });
    const who = await new STSClient(sandbox.config(made.Credentials!)).send(new GetCallerIdentityCommand({}));
    expect(who.Account).toBe(SHOP);
  });

  it('brings its session tags', async () => {
    const tags = { principal_tags: { team: ['shop'] }, transitive_tag_keys: ['team'] };
    const made = await assume(issuer.token({ sub: SUBJECT, 'https://aws.amazon.com/tags': tags }));
    expect(sandbox.sandbox.store.state.sessions[made.Credentials!.AccessKeyId!]).toMatchObject({
      tags: { team: 'shop' },
      transitiveTagKeys: ['team'],
    });
  });

  it('is refused with AWS’s reasons', async () => {
    const invalid = (message: string | RegExp) => ({
      name: 'InvalidIdentityTokenException',
      message: expect.stringMatching(message) as string,
    });
    await expect(assume('not.a.jwt')).rejects.toMatchObject(invalid(/is not a valid JWT/));
    await expect(assume(issuer.forged({ sub: SUBJECT }))).rejects.toMatchObject(invalid(/signature/));
    await expect(assume(issuer.token({ sub: SUBJECT }, { kid: 'gone' }))).rejects.toMatchObject(invalid(/signature/));
    await expect(assume(issuer.token({ sub: SUBJECT, aud: 'other' }))).rejects.toMatchObject(
      invalid(/^Incorrect token audience$/),
    );
    await expect(assume(issuer.token({}))).rejects.toMatchObject(invalid(/Missing a required claim: sub/));
    await expect(assume(issuer.token({ sub: SUBJECT, iss: 'https://else.example' }))).rejects.toMatchObject(
      invalid('No OpenIDConnect provider found in your account for https://else.example'),
    );
    await expect(assume(issuer.token({ sub: SUBJECT, nbf: seconds() + 60 }))).rejects.toMatchObject(invalid(/not yet valid/));
    await expect(assume(issuer.token({ sub: SUBJECT, exp: seconds() - 1 }))).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: `Token expired: current date/time ${seconds()} must be before the expiration date/time ${seconds() - 1}`,
    });
    const refused = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' };
    await expect(assume(issuer.token({ sub: 'repo:acme/other:ref:refs/heads/main' }))).rejects.toMatchObject(refused);
    await expect(assume(issuer.token({ sub: SUBJECT }), { RoleArn: `arn:aws:iam::${SHOP}:role/unknown` })).rejects.toMatchObject(
      refused,
    );
    await expect(assume(issuer.token({ sub: SUBJECT }), { DurationSeconds: 7200 })).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('expires by the clock of its issuer', async () => {
    const token = issuer.token({ sub: SUBJECT });
    sandbox.pass(299);
    await expect(assume(token)).resolves.toBeDefined();
    sandbox.pass(1);
    await expect(assume(token)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  });

  it('is not taken of an authorized party that the trust policy does not name', async () => {
    await expect(assume(issuer.token({ sub: SUBJECT, azp: 'someone' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('fails where its issuer cannot be asked', async () => {
    const gone = await startIssuer(() => sandbox.clock.now());
    const iam = new IAMClient(sandbox.config(SHOP));
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: gone.url, ClientIDList: ['sts.amazonaws.com'] }));
    const token = gone.token({ sub: SUBJECT });
    await gone.close();
    await expect(assume(token)).rejects.toMatchObject({ name: 'IDPCommunicationErrorException' });
  });

  it('is refused when the trust policy is taken away', async () => {
    const iam = new IAMClient(sandbox.config(SHOP));
    const update = (PolicyDocument: string) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deploy', PolicyDocument }));
    await update(trust({ Effect: 'Deny' }));
    await expect(assume(issuer.token({ sub: SUBJECT }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await update(trust());
    await expect(assume(issuer.token({ sub: SUBJECT }))).resolves.toBeDefined();
  });
});
