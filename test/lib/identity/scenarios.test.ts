/** Ways to roles against the sandbox over HTTP: pipelines' tokens, chains, hubs, clocks, and accounts that refuse. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients, type Aws } from '../../../src/lib/aws/clients.js';
import { createGateways } from '../../../src/lib/aws/gateways.js';
import type { SessionOptions } from '../../../src/lib/aws/sessions.js';
import { lookAtAccounts } from '../../../src/lib/command/accounts.js';
import { observeTags } from '../../../src/lib/engine/tags.js';
import { chooseWay } from '../../../src/lib/identity/choose-way.js';
import { ciRunOf, labelsOf } from '../../../src/lib/identity/labels.js';
import { noProfiles } from '../../../src/lib/identity/profiles/parse.js';
import type { Clock } from '../../../src/lib/model/clock.js';
import type { IdentityRules } from '../../../src/lib/model/platform.js';
import { shortHash } from '../../../src/lib/system/credential-cache.js';
import { tokenHere } from '../../../src/lib/system/identity-edge.js';
import { perform } from '../../../src/lib/sandbox/dispatch.js';
import { seed } from '../../../src/lib/sandbox/seed.js';
import { allServices } from '../../../src/lib/sandbox/services/index.js';
import { startIssuer, type Issuer } from '../sandbox/issuer.js';
import { served, type Served } from '../sandbox/served.js';
import { RULES, sessionOptions } from './session-options.js';

const ACCOUNTS = Array.from({ length: 40 }, (_, i) => String(100_000_000_000 + i));
const [FIRST, SECOND] = ACCOUNTS as [string, string];
const HUB = 'arn:aws:iam::100000000039:role/hub';

let sandbox: Served;
let issuer: Issuer;
/** The issuer's time, milliseconds. */
let wall: number;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  sandbox = await served(ACCOUNTS);
  wall = sandbox.clock.now();
  issuer = await startIssuer(() => wall);
  closing.push(
    () => sandbox.close(),
    () => issuer.close(),
  );
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** As an account's administrator. */
const iam = (account: string, operation: string, input: object): unknown =>
  perform(
    sandbox.sandbox,
    allServices.find((service) => service.name === 'iam')!,
    operation,
    input,
    {
      account,
      region: 'us-east-1',
      arn: `arn:aws:iam::${account}:user/admin`,
    },
  );
const trust = (principal: object, action: string | string[], condition: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: action, Condition: condition }],
  });
const makeRole = (account: string, name: string, document: string, more: object = {}) =>
  iam(account, 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: document, ...more });
/** A role that this issuer's tokens for `sub` may take. */
const trustIssuer = (account: string, sub: string, more: object = {}): void => {
  const host = issuer.url.replace(/^https?:\/\//, '');
  iam(account, 'CreateOpenIDConnectProvider', { Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] });
  const federated = { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` };
  const condition = { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: sub } };
  makeRole(account, 'baf-deploy', trust(federated, 'sts:AssumeRoleWithWebIdentity', condition), more);
};

interface Opened {
  readonly aws: Aws;
  readonly warnings: string[];
}
function open(env: Record<string, string>, rules: Partial<IdentityRules> = {}, more: Partial<SessionOptions> = {}): Opened {
  const all = { ...RULES, ...rules };
  const warnings: string[] = [];
  const run = ciRunOf(env);
  const aws = createClients({
    endpoint: sandbox.endpoint,
    sessions: () =>
      Promise.resolve(
        sessionOptions({
          way: chooseWay({ env, rules: all, firstAccountId: FIRST, profiles: () => noProfiles, login: () => null }),
          rules: all,
          labels: (person) => labelsOf(env['GITHUB_ACTOR'] ?? person ?? 'ana', run, 'shop', shortHash),
          asksWho: run === null,
          token: tokenHere(env),
          now: sandbox.clock.now,
          warn: (text) => warnings.push(text),
          ...more,
        }),
      ),
  });
  return { aws, warnings };
}
const arnOf = async (aws: Aws, account: string): Promise<string> => {
  const { accessKeyId, secretAccessKey, sessionToken } = await aws.credentials(account);
  const keys = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
  return (await new STSClient(sandbox.config(keys)).send(new GetCallerIdentityCommand({}))).Arn!;
};
const calls = (operation: string): number =>
  Object.values(sandbox.sandbox.store.state.calls)
    .filter((c) => c.operation === operation)
    .reduce((sum, c) => sum + c.count, 0);

/** GitHub's side of a job: mints a token for each request. */
async function github(sub: string): Promise<{ env: Record<string, string>; minted: () => number }> {
  let minted = 0;
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (request.headers.authorization !== 'Bearer request-token-of-this-job') return void response.writeHead(401).end('{}');
    minted++;
    response.end(JSON.stringify({ value: issuer.token({ sub, aud: url.searchParams.get('audience') }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const env = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'dependabot[bot]',
    GITHUB_RUN_ID: '42',
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token-of-this-job',
  };
  return { env, minted: () => minted };
}
const SUB = 'repo:acme/shop:environment:prod';

describe('GitHub Actions', () => {
  it('mints a fresh token for each role, and dependabot[bot] is a legal session with its run', async () => {
    for (const account of [FIRST, SECOND]) trustIssuer(account, SUB);
    const { env, minted } = await github(SUB);
    const { aws } = open(env);
    await Promise.all([aws.credentials(FIRST), aws.credentials(FIRST), aws.credentials(SECOND)]);
    expect(minted()).toBe(2);
    expect(await arnOf(aws, FIRST)).toBe(`arn:aws:sts::${FIRST}:assumed-role/baf-deploy/baf-dependabot-bot-gh-42`);
  });

  it('mints anew when the token ended while STS stalled', async () => {
    trustIssuer(FIRST, SUB);
    const { env, minted } = await github(SUB);
    const { aws } = open(env);
    // STS is slow: by the time it looks at the first token, six minutes have gone by.
    let stalled = false;
    const { token } = issuer;
    const late = (claims: Record<string, unknown>) => {
      const made = token(claims);
      if (!stalled) wall += 360_000;
      stalled = true;
      return made;
    };
    Object.assign(issuer, { token: late });
    await aws.credentials(FIRST);
    expect(minted()).toBe(2);
    expect(calls('AssumeRoleWithWebIdentity')).toBe(2);
  });

  it('gives up on tokens that are always too old, and says so', async () => {
    trustIssuer(FIRST, SUB);
    const { env, minted } = await github(SUB);
    const { token } = issuer;
    Object.assign(issuer, {
      token: (claims: Record<string, unknown>) => {
        const made = token(claims);
        wall += 360_000;
        return made;
      },
    });
    await expect(open(env).aws.credentials(FIRST)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('expired') as string,
    });
    expect(minted()).toBe(3);
  });

  it('says who the token is for, where the trust policy wants another', async () => {
    trustIssuer(FIRST, 'repo:acme/shop:ref:refs/heads/main');
    const { env } = await github(SUB);
    const error = (await open(env)
      .aws.credentials(FIRST)
      .catch((e: unknown) => e)) as Error & { nextSteps: string[] };
    expect(error.message).toContain(`subject ${SUB}`);
    expect(error.nextSteps.join(' ')).toContain('trust policy');
    const other = (await open(env)
      .aws.credentials(SECOND)
      .catch((e: unknown) => e)) as Error & { nextSteps: string[] };
    expect(other.nextSteps.join(' ')).toContain(`OpenID Connect provider for ${issuer.url}`);
  });

  it('whose request token is refused is told to look at its permissions', async () => {
    trustIssuer(FIRST, SUB);
    const { env } = await github(SUB);
    const { aws } = open({ ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'another' });
    await expect(aws.credentials(FIRST)).rejects.toMatchObject({ code: 'IdTokenRefused', exitCode: 3 });
  });
});

describe('GitLab', () => {
  it("asks for the role's whole duration at once, because the token cannot be had twice", async () => {
    trustIssuer(FIRST, SUB, { MaxSessionDuration: 4 * 3600 });
    trustIssuer(SECOND, SUB, { MaxSessionDuration: 4 * 3600 });
    const env = { CI: 'true', GITLAB_CI: 'true', AWS_OIDC_TOKEN: issuer.token({ sub: SUB }) };
    const { aws } = open(env);
    const { expiration } = await aws.credentials(FIRST);
    expect(expiration!.getTime() - sandbox.clock.now()).toBe(4 * 3_600_000);
    const before = calls('AssumeRoleWithWebIdentity');
    await aws.credentials(SECOND);
    // What one role gives is asked of the next at once.
    expect(calls('AssumeRoleWithWebIdentity') - before).toBe(1);
    const outlook = await aws.outlook();
    expect(outlook.endsAt).toEqual(expiration);
    // The job goes on with what it has when the token is long gone.
    wall += 3_600_000;
    sandbox.pass(3.9 * 3600);
    expect((await aws.credentials(FIRST)).expiration).toEqual(expiration);
  });
});

describe('a token file', () => {
  it('is read anew for each role, as Jenkins writes it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'baf-token-'));
    closing.push(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'token');
    for (const account of [FIRST, SECOND]) trustIssuer(account, SUB);
    const { aws } = open({ JENKINS_URL: 'https://ci', AWS_WEB_IDENTITY_TOKEN_FILE: file });
    await expect(aws.credentials(FIRST)).rejects.toMatchObject({ code: 'IdTokenMissing', exitCode: 3 });
    writeFileSync(file, `${issuer.token({ sub: SUB })}\n`);
    await aws.credentials(FIRST);
    wall += 600_000;
    writeFileSync(file, issuer.token({ sub: SUB }));
    await aws.credentials(SECOND);
    expect(calls('AssumeRoleWithWebIdentity')).toBe(2);
  });
});

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIASOMEBODY', AWS_SECRET_ACCESS_KEY: 'x' };
const hubbed = {
  role: 'arn:aws:iam::{account}:role/baf-deploy',
  via: { role: HUB, externalId: 'hub-id' },
  externalId: 'target-id',
};
const target = (accountId: string) => ({ name: `${accountId}/eu-west-1`, account: accountId, accountId, region: 'eu-west-1' });

describe('a hub', () => {
  const makeHub = (actions: string[]) => {
    makeRole('100000000039', 'hub', trust({ AWS: '*' }, actions, { StringEquals: { 'sts:ExternalId': 'hub-id' } }));
    for (const account of [FIRST, SECOND])
      makeRole(account, 'baf-deploy', trust({ AWS: HUB }, actions, { StringEquals: { 'sts:ExternalId': 'target-id' } }));
  };
  const BASE = { way: { base: { kind: 'sandbox' }, key: [], warnings: [] } } as const;

  it('is gone through with both external ids, source identity and tags', async () => {
    makeHub(['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession']);
    const { aws, warnings } = open({}, hubbed, BASE);
    await Promise.all([aws.credentials(FIRST), aws.credentials(SECOND)]);
    expect(calls('AssumeRole')).toBe(3);
    const { accessKeyId } = await aws.credentials(FIRST);
    expect(sandbox.sandbox.store.state.sessions[accessKeyId]).toMatchObject({
      sourceIdentity: 'ana',
      tags: { 'baf:actor': 'ana', 'baf:project': 'shop' },
    });
    expect(warnings).toEqual([]);
  });

  it('without the external id is refused', async () => {
    makeHub(['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession']);
    const { aws } = open({}, { ...hubbed, externalId: null }, BASE);
    await expect(aws.credentials(FIRST)).rejects.toMatchObject({ code: 'AccessDenied', exitCode: 3 });
  });

  it('whose trust policies know neither source identity nor tags is gone through without, with one warning each', async () => {
    makeHub(['sts:AssumeRole']);
    const { aws, warnings } = open({}, hubbed, BASE);
    await Promise.all([aws.credentials(FIRST), aws.credentials(SECOND)]);
    expect(warnings.map((w) => /sts:\w+/.exec(w)![0]).sort()).toEqual(['sts:SetSourceIdentity', 'sts:TagSession']);
  });

  it('65 minutes of a chained deploy never see ExpiredToken', async () => {
    makeHub(['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession']);
    const { aws } = open({}, hubbed, BASE);
    const { ssm } = createGateways(aws.clients, { now: sandbox.clock.now, sleep: () => Promise.resolve() } as Clock)(
      target(FIRST),
    );
    for (let minute = 0; minute <= 65; minute++) {
      await ssm.get(['/shop/tag']);
      sandbox.pass(60);
    }
    const failed = Object.values(sandbox.sandbox.store.state.calls).reduce((sum, c) => sum + c.failed, 0);
    expect(failed).toBe(0);
    // Once at the beginning, and once for hub and role after fifty minutes.
    expect(calls('AssumeRole')).toBe(4);
  });
});

describe('a clock that is twenty minutes off', () => {
  it('is allowed for, told once, and named in a refusal', async () => {
    sandbox.sandbox.store.state.faults.skewMs = 20 * 60_000;
    makeRole(SECOND, 'baf-deploy', trust({ AWS: HUB }, 'sts:AssumeRole'));
    const { aws, warnings } = open(KEYS, {}, { way: { base: { kind: 'sandbox' }, key: [], warnings: [] } });
    await aws.credentials(FIRST);
    const { ssm } = createGateways(aws.clients, { now: sandbox.clock.now, sleep: () => Promise.resolve() } as Clock)(
      target(FIRST),
    );
    await ssm.get(['/shop/tag']);
    expect(warnings).toEqual([expect.stringContaining("This computer's clock is 20 minutes behind AWS's")]);
    await expect(aws.credentials(SECOND)).rejects.toMatchObject({
      message: expect.stringContaining("clock is 20 minutes behind AWS's") as string,
    });
  });
});

describe('three of forty accounts that refuse', () => {
  it('are named, and the other 37 go on', async () => {
    const seeded = ACCOUNTS.map((account) => ({ account, region: 'eu-west-1', environment: 'prod', domain: 'prod.example' }));
    seed(sandbox.sandbox, seeded, []);
    const closed = [3, 17, 31].map((i) => ACCOUNTS[i]!);
    for (const account of closed) makeRole(account, 'baf-deploy', trust({ AWS: HUB }, 'sts:AssumeRole'));
    const { aws } = open({}, {}, { way: { base: { kind: 'sandbox' }, key: [], warnings: [] } });
    const accounts = Object.fromEntries(ACCOUNTS.map((id) => [`a${id}`, id]));
    const rows = await lookAtAccounts({ aws, platform: { accounts } } as never);
    expect(rows.filter((r) => r.state === 'ok')).toHaveLength(37);
    expect(rows.filter((r) => r.state === 'denied').map((r) => r.accountId)).toEqual(closed);
    expect(rows.find((r) => r.state === 'denied')!.reason).toContain('sts:AssumeRole');
    const at = createGateways(aws.clients, { now: sandbox.clock.now, sleep: () => Promise.resolve() } as Clock);
    const cells = ACCOUNTS.map((id) => ({ environment: 'prod', target: target(id) }));
    const { tags, denied } = await observeTags({ project: 'shop', services: ['ui'], cells }, { at } as never);
    expect(denied).toEqual(closed.map((id) => `${id}/eu-west-1`));
    expect(tags).toHaveLength(40);
  });
});
