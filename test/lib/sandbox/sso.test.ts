import { createHash } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  GetRoleCredentialsCommand,
  ListAccountRolesCommand,
  ListAccountsCommand,
  LogoutCommand,
  paginateListAccounts,
  SSOClient,
} from '@aws-sdk/client-sso';
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
  type CreateTokenCommandInput,
  type RegisterClientCommandInput,
} from '@aws-sdk/client-sso-oidc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { served, type Served } from './served.js';

const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

let sandbox: Served;
let oidc: SSOOIDCClient;
let portal: SSOClient;
beforeAll(async () => {
  sandbox = await served(ACCOUNTS);
  oidc = new SSOOIDCClient(sandbox.config(null));
  portal = new SSOClient(sandbox.config(null));
});
afterAll(() => sandbox.close());

type Registered = { clientId: string; clientSecret: string };
const register = async (more: Partial<RegisterClientCommandInput> = {}): Promise<Registered> => {
  const { clientId, clientSecret } = await oidc.send(
    new RegisterClientCommand({ clientName: 'baf', clientType: 'public', scopes: ['sso:account:access'], ...more }),
  );
  return { clientId: clientId!, clientSecret: clientSecret! };
};
const start = (client: Registered) =>
  oidc.send(new StartDeviceAuthorizationCommand({ ...client, startUrl: 'https://acme.awsapps.com/start' }));
const create = (client: Registered, grantType: string, more: Partial<CreateTokenCommandInput> = {}) =>
  oidc.send(new CreateTokenCommand({ ...client, grantType, ...more }));
const approve = (code: string) => fetch(`${sandbox.endpoint}/_baf/sso/approve?user_code=${code}`);
const logIn = async (client: Registered) => {
  const { deviceCode, verificationUriComplete } = await start(client);
  await fetch(verificationUriComplete!);
  return create(client, DEVICE, { deviceCode: deviceCode! });
};

describe('the device flow', () => {
  it('waits until its address is opened, and gives a token once', async () => {
    const client = await register();
    const begun = await start(client);
    expect(begun).toMatchObject({ expiresIn: 600, interval: 1 });
    expect(begun.userCode).toMatch(/^[B-T]{4}-[B-T]{4}$/);
    expect(begun.verificationUriComplete).toBe(`${sandbox.endpoint}/_baf/sso/approve?user_code=${begun.userCode}`);
    const poll = () => create(client, DEVICE, { deviceCode: begun.deviceCode! });
    await expect(poll()).rejects.toMatchObject({ name: 'AuthorizationPendingException', error: 'authorization_pending' });
    await expect(poll()).rejects.toMatchObject({ name: 'SlowDownException', error: 'slow_down' });
    sandbox.pass(1);
    await expect(poll()).rejects.toMatchObject({ name: 'AuthorizationPendingException' });
    const page = await fetch(begun.verificationUriComplete!);
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/approved/)]);
    const made = await poll();
    expect(made).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600 });
    expect(made.refreshToken).toBeDefined();
    await expect(poll()).rejects.toMatchObject({ name: 'InvalidGrantException', error: 'invalid_grant' });
  });

  it('ends when the user says no, when its time is over, and for strangers', async () => {
    const client = await register();
    const no = await start(client);
    const denied = await fetch(`${no.verificationUriComplete}&deny=true`);
    expect(await denied.text()).toMatch(/denied/);
    await approve(no.userCode!);
    await expect(create(client, DEVICE, { deviceCode: no.deviceCode! })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const late = await start(client);
    sandbox.pass(600);
    expect((await approve(late.userCode!)).status).toBe(400);
    await expect(create(client, DEVICE, { deviceCode: late.deviceCode! })).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    });
    expect((await approve('NONE-SUCH')).status).toBe(400);
    const mine = await start(client);
    await approve(mine.userCode!);
    await expect(create(await register(), DEVICE, { deviceCode: mine.deviceCode! })).rejects.toMatchObject({
      name: 'InvalidGrantException',
    });
  });

  it('shows a form where no code is given, and shows no code as markup', async () => {
    expect(await (await fetch(`${sandbox.endpoint}/_baf/sso/approve`)).text()).toMatch(/<form/);
    expect(await (await approve('%3Cscript%3E')).text()).toMatch(/&lt;script&gt;/);
  });
});

describe('the authorization code', () => {
  const verifier = 'v'.repeat(64);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const redirectUri = 'http://127.0.0.1:43117/oauth/callback';
  const open = (client: Registered, more: Record<string, string> = {}) =>
    fetch(
      `${sandbox.endpoint}/authorize?${String(
        new URLSearchParams({
          response_type: 'code',
          client_id: client.clientId,
          redirect_uri: redirectUri,
          state: 'st-1',
          code_challenge: challenge,
          code_challenge_method: 'S256',
          scopes: 'sso:account:access',
          ...more,
        }),
      )}`,
      { redirect: 'manual' },
    );
  const registerPkce = () =>
    register({
      redirectUris: ['http://127.0.0.1/oauth/callback'],
      grantTypes: ['authorization_code', 'refresh_token'],
      issuerUrl: 'https://acme.awsapps.com/start',
    });
  const codeOf = async (client: Registered): Promise<string> =>
    new URL((await open(client)).headers.get('location')!).searchParams.get('code')!;

  it('comes back to the client with its state, and its verifier makes a token of it once', async () => {
    const client = await registerPkce();
    const answer = await open(client);
    expect(answer.status).toBe(302);
    const back = new URL(answer.headers.get('location')!);
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([redirectUri, 'st-1']);
    const code = back.searchParams.get('code')!;
    const exchange = () => create(client, 'authorization_code', { code, redirectUri, codeVerifier: verifier });
    expect(await exchange()).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600 });
    await expect(exchange()).rejects.toMatchObject({ name: 'InvalidGrantException' });
  });

  it('is worth nothing with another verifier, another address, or too late', async () => {
    const client = await registerPkce();
    const exchange = async (more: Partial<CreateTokenCommandInput>) =>
      create(client, 'authorization_code', { code: await codeOf(client), redirectUri, codeVerifier: verifier, ...more });
    await expect(exchange({ codeVerifier: 'w'.repeat(64) })).rejects.toMatchObject({ name: 'InvalidGrantException' });
    await expect(exchange({ redirectUri: 'http://127.0.0.1:1/oauth/callback' })).rejects.toMatchObject({
      name: 'InvalidGrantException',
    });
    const code = await codeOf(client);
    sandbox.pass(600);
    await expect(exchange({ code })).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  });

  it('is not given to strangers or without PKCE', async () => {
    const client = await registerPkce();
    expect((await open({ clientId: 'none', clientSecret: '' })).status).toBe(400);
    expect((await open(client, { redirect_uri: 'https://evil.example/oauth/callback' })).status).toBe(400);
    const plain = await open(client, { code_challenge_method: 'plain' });
    expect(new URL(plain.headers.get('location')!).searchParams.get('error')).toBe('invalid_request');
    await expect(create(client, DEVICE, { deviceCode: 'x' })).rejects.toMatchObject({ name: 'UnauthorizedClientException' });
  });
});

describe('a login', () => {
  it('is refreshed until its end', async () => {
    const client = await register();
    const first = await logIn(client);
    const refresh = () => create(client, 'refresh_token', { refreshToken: first.refreshToken! });
    sandbox.pass(3600);
    await expect(portal.send(new ListAccountsCommand({ accessToken: first.accessToken! }))).rejects.toMatchObject({
      name: 'UnauthorizedException',
    });
    const second = await refresh();
    expect(second.accessToken).not.toBe(first.accessToken);
    await expect(portal.send(new ListAccountsCommand({ accessToken: second.accessToken! }))).resolves.toBeDefined();
    sandbox.pass(6.5 * 3600);
    expect((await refresh()).expiresIn).toBe(1800);
    sandbox.pass(1800);
    await expect(refresh()).rejects.toMatchObject({ name: 'InvalidGrantException' });
  });

  it('without the scope is not refreshable, and lasts as long', async () => {
    const made = await logIn(await register({ scopes: [] }));
    expect(made.refreshToken).toBeUndefined();
    expect(made.expiresIn).toBe(28_800);
  });

  it('wants a client that is registered', async () => {
    await expect(create({ clientId: 'none', clientSecret: 'x' }, DEVICE)).rejects.toMatchObject({
      name: 'InvalidClientException',
      $metadata: { httpStatusCode: 401 },
    });
    const client = await register();
    await expect(create({ ...client, clientSecret: 'x' }, DEVICE)).rejects.toMatchObject({ name: 'InvalidClientException' });
    await expect(create(client, 'password')).rejects.toMatchObject({ name: 'UnsupportedGrantTypeException' });
    await expect(register({ clientType: 'confidential' })).rejects.toMatchObject({ name: 'InvalidClientMetadataException' });
    sandbox.pass(90 * 86_400);
    await expect(start(client)).rejects.toMatchObject({ name: 'InvalidClientException' });
  });
});

describe('the portal', () => {
  it('lists accounts and roles page by page', async () => {
    const { accessToken } = await logIn(await register());
    const seen: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateListAccounts({ client: portal, pageSize: 2 }, { accessToken })) {
      pages++;
      seen.push(...(page.accountList ?? []).map((a) => a.accountId));
    }
    expect([pages, seen]).toEqual([2, ACCOUNTS]);
    const roles = await portal.send(new ListAccountRolesCommand({ accessToken, accountId: ACCOUNTS[1] }));
    expect(roles.roleList!.map((r) => r.roleName)).toEqual(['Developer', 'Operator']);
    await expect(portal.send(new ListAccountRolesCommand({ accessToken, accountId: '999999999999' }))).rejects.toMatchObject({
      name: 'ForbiddenException',
      message: 'No access',
    });
  });

  it('gives credentials of a role that IAM knows', async () => {
    const { accessToken } = await logIn(await register());
    const get = (roleName: string) =>
      portal.send(new GetRoleCredentialsCommand({ accessToken, accountId: ACCOUNTS[1], roleName }));
    const { roleCredentials } = await get('Developer');
    expect(roleCredentials!.expiration).toBe(sandbox.clock.now() + 3_600_000);
    const sts = new STSClient(
      sandbox.config({ AccessKeyId: roleCredentials!.accessKeyId, SecretAccessKey: 'x', SessionToken: 'x' }),
    );
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(
      /^arn:aws:sts::222222222222:assumed-role\/AWSReservedSSO_Developer_[0-9a-f]{16}\/sandbox$/,
    );
    await get('Developer');
    expect(
      Object.keys(sandbox.sandbox.world.cell(ACCOUNTS[1]!, 'us-east-1').slice('iam', () => ({ roles: {} })).roles),
    ).toHaveLength(1);
    await expect(get('Admin')).rejects.toMatchObject({ name: 'ForbiddenException' });
  });

  it('takes no bad token, and none after the logout', async () => {
    const { accessToken } = await logIn(await register());
    const bad = {
      name: 'UnauthorizedException',
      message: 'Session token not found or invalid',
      $metadata: { httpStatusCode: 401 },
    };
    await expect(portal.send(new ListAccountsCommand({ accessToken: 'nonsense' }))).rejects.toMatchObject(bad);
    await portal.send(new LogoutCommand({ accessToken }));
    await expect(portal.send(new ListAccountsCommand({ accessToken }))).rejects.toMatchObject(bad);
  });
});
