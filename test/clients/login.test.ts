/** A login that baf and the tools of AWS share, both ways: the aws command line, botocore, and the SDK for JavaScript. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { computer, leftovers, START_URL, type Computer } from '../acceptance/sign-in.js';
import { withClient, type Client } from './client.js';

const PAST = '2020-01-01T00:00:00Z';
const ARN = /^arn:aws:sts::222222222222:assumed-role\/AWSReservedSSO_Developer_\w+\/sandbox$/;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A tool with the profile of the same sso-session, and nothing else to get credentials from. */
const tool =
  (here: () => Computer) =>
  (program: string, ...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', AWS_PROFILE: 'dev', AWS_PAGER: '', ...here().env };
      execFile(program, args, { env, cwd: process.cwd() }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });

function shared(client: Client, atLeast: number, tests: (here: () => Computer, run: ReturnType<typeof tool>) => void): void {
  withClient(client, 'a shared login', atLeast, (tally) => {
    let here: Computer;
    beforeAll(async () => void (here = await computer()));
    afterAll(() => here.leave());
    const run = tool(() => here);
    tests(
      () => here,
      async (...args) => {
        tally.checked++;
        return run(...args);
      },
    );
  });
}

shared({ name: 'aws command line', program: 'aws', unit: 'commands' }, 4, (here, run) => {
  const whoAmI = async () => {
    rmSync(join(here().home, '.aws', 'cli'), { recursive: true, force: true });
    return run('aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text');
  };

  it('needs no login after baf login, also not when the token has ended, and has none after baf logout', async () => {
    expect(await whoAmI()).toMatchObject({
      code: 255,
      stderr: expect.stringContaining('Token for acme does not exist') as string,
    });
    expect((await here().run('login')).code).toBe(0);
    const signedIn = await whoAmI();
    expect([signedIn.stderr, signedIn.stdout.trim()]).toEqual(['', expect.stringMatching(ARN)]);
    // It refreshes the token that baf wrote, and baf takes what it wrote.
    const { accessToken } = here().token();
    here().change({ expiresAt: PAST });
    expect((await whoAmI()).stdout.trim()).toMatch(ARN);
    expect(here().token()['accessToken']).not.toBe(accessToken);
    expect(await here().json('login')).toMatchObject({ code: 0, value: { login: { status: 'kept' } } });
    // The other way round: baf refreshes what the aws command line wrote.
    here().change({ expiresAt: PAST });
    expect(await here().json('login')).toMatchObject({ code: 0, value: { login: { status: 'refreshed' } } });
    expect(here().opened()).toHaveLength(1);
    expect(leftovers(here().cache)).toEqual([]);
    expect((await here().run('logout')).code).toBe(0);
    expect(await whoAmI()).toMatchObject({ code: 255 });
  });
});

/** As `aws sso login` of version 2 does, with botocore's own client and its own writer of the cache. */
const LOGIN = `
import json, sys, urllib.request
from datetime import datetime, timedelta, timezone
from botocore import UNSIGNED
from botocore.config import Config
from botocore.session import Session
from botocore.tokens import SSOTokenProvider
start_url = sys.argv[1]
session = Session()
oidc = session.create_client('sso-oidc', config=Config(region_name='eu-west-1', signature_version=UNSIGNED))
client = oidc.register_client(clientName='botocore-client-acme', clientType='public', scopes=['sso:account:access'])
keys = {'clientId': client['clientId'], 'clientSecret': client['clientSecret']}
device = oidc.start_device_authorization(startUrl=start_url, **keys)
urllib.request.urlopen(device['verificationUriComplete']).read()
made = oidc.create_token(grantType='urn:ietf:params:oauth:grant-type:device_code', deviceCode=device['deviceCode'], **keys)
at = lambda s: datetime.fromtimestamp(s, timezone.utc)
SSOTokenProvider(session)._token_loader.save_token(start_url, {
  'startUrl': start_url, 'region': 'eu-west-1', 'accessToken': made['accessToken'], 'refreshToken': made['refreshToken'],
  'expiresAt': datetime.now(timezone.utc) + timedelta(seconds=made['expiresIn']),
  'registrationExpiresAt': at(client['clientSecretExpiresAt']), **keys}, session_name='acme')
`;
const READ = `
from botocore.session import Session
from botocore.tokens import SSOTokenProvider
print(SSOTokenProvider(Session()).load_token().get_frozen_token().token)
`;

const botocore = { name: 'botocore', program: 'python3', unit: 'programs' };
const hasBotocore = await new Promise<boolean>((resolve) =>
  execFile('python3', ['-c', 'import botocore.tokens'], (error) => resolve(!error)),
);
shared(hasBotocore ? botocore : { ...botocore, program: 'python3 with botocore' }, 2, (here, run) => {
  it('writes a login that baf needs no other beside, and reads that of baf', async () => {
    expect(await run('python3', '-c', LOGIN, START_URL)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await here().json('login')).toMatchObject({ code: 0, value: { login: { status: 'kept', renewable: true } } });
    here().change({ expiresAt: PAST });
    expect(await here().json('login')).toMatchObject({ code: 0, value: { login: { status: 'refreshed' } } });
    expect((await here().run('login', '--force')).code).toBe(0);
    expect(here().opened()).toHaveLength(1);
    const read = await run('python3', '-c', READ);
    expect([read.stderr, read.stdout.trim()]).toEqual(['', here().token()['accessToken']]);
  });
});

const SDK = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
console.log((await new STSClient({ region: 'eu-west-1' }).send(new GetCallerIdentityCommand({}))).Arn);
`;

shared({ name: "AWS SDK's chain", program: null, unit: 'programs' }, 3, (here, run) => {
  const whoAmI = () => run(process.execPath, '--input-type=module', '-e', SDK);

  it('needs no login after baf login, also not when the token has ended', async () => {
    expect((await whoAmI()).code).not.toBe(0);
    expect((await here().run('login')).code).toBe(0);
    expect((await whoAmI()).stdout.trim()).toMatch(ARN);
    here().change({ expiresAt: PAST });
    expect((await whoAmI()).stdout.trim()).toMatch(ARN);
    const written = JSON.parse(readFileSync(here().file(), 'utf8')) as { expiresAt: string };
    expect(Date.parse(written.expiresAt)).toBeGreaterThan(Date.now());
    expect(await here().json('login')).toMatchObject({ code: 0, value: { login: { status: 'kept' } } });
  });
});
