/** whoami, credentials and exec-with in process, against a sandbox of their own. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execWith, showCredentials, whoAmI } from '../../../src/lib/command/identity.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'baf-identity-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  process.env['BAF_ACTOR'] = 'ana';
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const base = () => ({ dir, sandbox: true, speed: 10 });

describe('whoami', () => {
  it('tells identity, account and where it came from', async () => {
    const { json, text } = await whoAmI(base());
    expect(json).toEqual({
      identity: {
        account: '111111111111',
        alias: 'shop-staging',
        arn: 'arn:aws:iam::111111111111:user/sandbox',
        userId: expect.any(String) as string,
        actor: 'ana',
        expiresAt: null,
        source: 'sandbox',
        way: 'AssumeRole of arn:aws:iam::{account}:role/baf-deploy',
      },
    });
    expect(text).toContain('account 111111111111 (shop-staging)');
  });
});

describe('credentials', () => {
  it('are those of the role in the target, in the form that was asked for', async () => {
    const show = (format: 'env' | 'json' | 'process', target = 'shop-prod/us-east-1') =>
      showCredentials({ ...base(), target, format });
    const env = await show('env');
    expect(env.text).toMatch(/^export AWS_ACCESS_KEY_ID=ASIA\w+\nexport AWS_SECRET_ACCESS_KEY=/);
    expect(env.text).toMatch(/\nexport AWS_REGION=us-east-1\n/);
    expect(env.warnings).toHaveLength(1);
    const process = JSON.parse((await show('process', '333333333333/us-east-1')).text) as Record<string, unknown>;
    expect(process).toMatchObject({ Version: 1, Expiration: expect.stringMatching(/Z$/) as string });
    // Kept between commands: the same session.
    expect(env.text).toContain(String(process['AccessKeyId']));
    expect(JSON.parse((await show('json')).text)).toMatchObject({ target: 'shop-prod/us-east-1', region: 'us-east-1' });
  });

  it.each([
    ['shop-prd/us-east-1', 'AccountUnknown', 'Did you mean: shop-prod'],
    ['999999999999/us-east-1', 'AccountUnknown', /^Accounts: /],
    ['shop-prod', 'TargetInvalid', 'e.g. shop-staging/eu-west-1'],
    ['shop-prod/mars', 'TargetInvalid', 'e.g. shop-staging/eu-west-1'],
  ])('of %s are refused', async (target, code, step) => {
    await expect(showCredentials({ ...base(), target, format: 'env' })).rejects.toMatchObject({
      code,
      exitCode: 2,
      nextSteps: expect.arrayContaining([expect.stringMatching(step)]) as string[],
    });
  });
});

describe('exec-with', () => {
  const node = (script: string): string[] => [process.execPath, '-e', script];

  it('gives a command the credentials, the region and the sandbox, and its exit code back', async () => {
    const out = join(dir, 'out.json');
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'AWS_ENDPOINT_URL', 'AWS_PROFILE'];
    process.env['AWS_PROFILE'] = 'somebody';
    try {
      const script = `require('fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify(${JSON.stringify(names)}.map((n) => process.env[n] ?? null))); process.exit(7)`;
      expect(await execWith('shop-prod/us-east-1', node(script), base())).toBe(7);
    } finally {
      delete process.env['AWS_PROFILE'];
    }
    const [key, token, region, endpoint, profile] = JSON.parse(readFileSync(out, 'utf8')) as string[];
    expect(key).toMatch(/^ASIA/);
    expect(token).toBeTruthy();
    expect([region, profile]).toEqual(['us-east-1', null]);
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('says what it cannot run', async () => {
    await expect(execWith('shop-prod/us-east-1', ['no-such-program-here'], base())).rejects.toMatchObject({
      code: 'CommandMissing',
    });
    expect(() => execWith('shop-prod/us-east-1', [], base())).toThrow('There is no command after --.');
  });
});
