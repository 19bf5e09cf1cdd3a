/** Identity with the built CLI: accounts over single sign-on, accounts that refuse, clocks that are off, credentials that end. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fleetPlatform } from '../fleet-platform.mjs';
import { targetsText } from '../../src/lib/output/style.js';
import { place, type Place, type Running } from './harness.js';
import { computer, type Computer } from './sign-in.js';

/** A role that nobody here may assume. */
async function close(endpoint: string, account: string): Promise<void> {
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: account, secretAccessKey: 'x' } });
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999999999999:root' }, Action: 'sts:AssumeRole' }],
  });
  await iam.send(new CreateRoleCommand({ RoleName: 'baf-deploy', AssumeRolePolicyDocument }));
}

interface Row {
  readonly account: string;
  readonly state: string;
  readonly reason: string | null;
  readonly permissionSets: string[] | null;
}

describe('a person with a login', () => {
  let here: Computer;
  beforeAll(async () => void (here = await computer()));
  afterAll(() => here.leave());
  afterEach(() => here.run('sandbox', 'fault', 'clear'));
  const accounts = async () => {
    const { code, value } = await here.json('accounts');
    return { code, rows: (value['accounts'] ?? []) as Row[], error: value['error'] as { code: string } | undefined };
  };
  const sso = (to: string): void => {
    const file = join(here.dir, 'baf.platform.yaml');
    const text = readFileSync(file, 'utf8').replace(
      /region: eu-west-1(, account: [^}]*|, role: [^}]*)? \}/,
      `region: eu-west-1${to} }`,
    );
    expect(text).toContain(`region: eu-west-1${to} }`);
    writeFileSync(file, text);
  };
  const CHAIN = ', account: shop-staging, role: Developer';

  it('who has none is told to log in: exit 3, and no rows', async () => {
    const { code, rows, error } = await accounts();
    expect([code, rows, error?.code]).toEqual([3, [], 'LoginNeeded']);
    expect((await here.run('login', '--no-device')).code).toBe(0);
  });

  it('sees every account with its permission sets: exit 0', async () => {
    const { code, rows } = await accounts();
    expect(code).toBe(0);
    expect(rows.map((r) => [r.account, r.state, r.permissionSets])).toEqual(
      ['shop-staging', 'shop-canary', 'shop-prod'].map((name) => [name, 'ok', ['Developer', 'Operator']]),
    );
    const { stdout } = await here.run('accounts');
    expect(stdout.split('\n')[0]).toMatch(/^ACCOUNT +ID +ROLE +STATE +PERMISSION SETS/);
    expect(stdout).not.toContain('closed to you');
  });

  it('goes straight into a permission set that is everywhere; one that is nowhere is exit 3, and says what there is', async () => {
    sso(', role: Operator');
    expect(await accounts()).toMatchObject({ code: 0, rows: [{ state: 'ok' }, { state: 'ok' }, { state: 'ok' }] });
    sso(', role: Admin');
    const { code, rows } = await accounts();
    expect([code, rows.map((r) => r.state)]).toEqual([3, ['denied', 'denied', 'denied']]);
    expect(rows[0]!.reason).toBe('your login has Developer, Operator there, not Admin');
    sso(CHAIN);
  });

  it('is told of a clock that is twenty minutes off, and works all the same', async () => {
    expect((await here.run('sandbox', 'fault', 'clock', '--skew', '20m')).code).toBe(0);
    const told = await here.with({ BAF_NO_CREDENTIAL_CACHE: '1' }).run('accounts');
    expect([told.code, told.stderr.match(/This computer's clock is 20 minutes behind AWS's/g)]).toEqual([
      0,
      ["This computer's clock is 20 minutes behind AWS's"],
    ]);
    const who = await here.with({ BAF_NO_CREDENTIAL_CACHE: '1' }).json('whoami');
    expect(who.code).toBe(0);
  });

  it('sees which account refuses: exit 5', async () => {
    await close(here.endpoint, '333333333333');
    const { code, rows } = await here
      .with({ BAF_NO_CREDENTIAL_CACHE: '1' })
      .json('accounts')
      .then(({ code, value }) => ({
        code,
        rows: value['accounts'] as Row[],
      }));
    expect([code, rows.map((r) => r.state)]).toEqual([5, ['ok', 'ok', 'denied']]);
    expect(rows[2]!.reason).toContain('sts:AssumeRole of arn:aws:iam::333333333333:role/baf-deploy was refused');
  });
});

describe('before a deploy with keys that end', () => {
  let here: Place;
  let serving: Running;
  let env: Record<string, string>;
  beforeAll(async () => {
    here = place();
    serving = here.start('sandbox', 'start', '--speed', '60', '--no-throttle');
    await serving.sees(/sandbox at http:\S+/);
    const text = readFileSync(join(here.dir, '.baf', 'sandbox', 'server.json'), 'utf8');
    env = {
      HOME: here.dir,
      AWS_ENDPOINT_URL: (JSON.parse(text) as { endpoint: string }).endpoint,
      AWS_ACCESS_KEY_ID: '111111111111',
      AWS_SECRET_ACCESS_KEY: 'of-a-user-in-the-sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      BAF_NO_CREDENTIAL_CACHE: '1',
    };
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    await serving.done;
    here.remove();
  });
  const ending = (minutes: number) =>
    here.with({ ...env, AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + minutes * 60_000).toISOString() });
  const deploy = (minutes: number, ...more: string[]) =>
    ending(minutes).run('deploy', 'ui', '--env', 'prod', '--tag', '1.4.0', '--yes', ...more);

  it('they are refused where the bakes alone take longer, and nothing is touched: exit 3', async () => {
    const { code, stderr } = await deploy(0.5);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/The credentials end in [01] minutes .*at least 1 minutes: they cannot be renewed/),
    ]);
    expect(stderr).toContain('-> Get fresh session keys');
    expect((await ending(60).run('ssm', 'tags', 'get', 'ui', '--env', 'prod')).code).toBe(1);
  });

  it('they are warned about where it may take longer, and nothing is said where it cannot', async () => {
    // An image that is not there ends it after what is looked at here, and before anything begins.
    await here.with(env).run('sandbox', 'fault', 'image', 'retail-store-sample-ui:1.4.0', '--outcome', 'missing');
    const warned = await deploy(20, '--targets', 'shop-canary/eu-west-1');
    expect([warned.code, warned.stderr]).toEqual([
      4,
      expect.stringMatching(
        /warning: The credentials end in 20 minutes .* cannot be renewed; this deploy may take up to \d+ minutes/,
      ),
    ]);
    const quiet = await deploy(600, '--targets', 'shop-canary/eu-west-1');
    expect([quiet.code, quiet.stderr.includes('The credentials end')]).toEqual([4, false]);
  });
});

describe('three of forty accounts that refuse', () => {
  let here: Place;
  let serving: Running;
  const closed = ['fleet-04', 'fleet-18', 'fleet-32'];
  const targets = closed.flatMap((name) => [`${name}/eu-west-1`, `${name}/us-east-1`]);
  beforeAll(async () => {
    here = place();
    writeFileSync(join(here.dir, 'baf.platform.yaml'), fleetPlatform(40));
    serving = here.start('sandbox', 'start', '--speed', '10');
    await serving.sees(/sandbox at http:\S+/);
    const text = readFileSync(join(here.dir, '.baf', 'sandbox', 'server.json'), 'utf8');
    const { endpoint } = JSON.parse(text) as { endpoint: string };
    for (const name of closed) await close(endpoint, `9000000000${name.slice(-2)}`);
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    await serving.done;
    here.remove();
  });

  it('are named by baf accounts, 37 go on: exit 5', async () => {
    const { code, value } = await here.json('accounts', '--sandbox');
    const rows = value['accounts'] as Row[];
    expect(code).toBe(5);
    expect(rows.filter((r) => r.state === 'ok')).toHaveLength(37);
    expect(rows.filter((r) => r.state === 'denied').map((r) => r.account)).toEqual(closed);
    const { stdout } = await here.run('accounts', '--sandbox');
    expect(stdout).toMatch(/\n3 of 40 accounts are closed to you: fleet-04, fleet-18, fleet-32\n$/);
  });

  it.each([
    ['baf status', ['status', '--env', 'prod'], 'status'],
    ['baf ssm tags', ['ssm', 'tags', '--env', 'prod'], 'tags'],
  ])('are named by %s, 37 go on: exit 5', async (_, args, key) => {
    const { code, value } = await here.json(...args, '--sandbox');
    const rows = value[key] as { target: string; state: string }[];
    expect(code).toBe(5);
    expect(new Set(rows.filter((r) => r.state !== 'denied').map((r) => r.target)).size).toBe(74);
    expect([...new Set(rows.filter((r) => r.state === 'denied').map((r) => r.target))]).toEqual(targets);
    expect(value['warnings']).toEqual(targets.map((target) => `${target}: access denied`));
    const { stderr } = await here.run(...args, '--sandbox');
    expect(stderr.match(/^warning: .*/gm)).toEqual([`warning: ${targetsText(targets, 1000)}: access denied`]);
  });
});
