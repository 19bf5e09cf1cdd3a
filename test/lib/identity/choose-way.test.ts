import { describe, expect, it } from 'vitest';
import { chooseWay, type Situation } from '../../../src/lib/identity/choose-way.js';
import { merge, noProfiles, parseFile } from '../../../src/lib/identity/profiles/parse.js';
import { renewable, sourceOf, stepsTo, wordsOf, type Base } from '../../../src/lib/identity/way.js';
import type { IdentityRules } from '../../../src/lib/model/platform.js';
import { RULES } from './session-options.js';

const SSO = { session: 'acme', startUrl: 'https://acme', region: 'eu-west-1', role: null, accountId: null };
const FIRST = '111111111111';

interface Given {
  readonly env?: Record<string, string>;
  readonly rules?: Partial<Omit<IdentityRules, 'ci'>> & { readonly ci?: Partial<IdentityRules['ci']> };
  readonly config?: string;
  readonly logins?: Record<string, string>;
}
const situation = ({ env = {}, rules = {}, config = '', logins = {} }: Given): Situation => ({
  env,
  rules: { ...RULES, ...rules, ci: { ...RULES.ci, ...rules.ci } },
  firstAccountId: FIRST,
  profiles: () => merge(parseFile(config, 'config', 'config'), noProfiles),
  login: (session) => logins[session] ?? null,
});
const choose = (given: Given) => chooseWay(situation(given));
const steps = (given: Given, account = '333333333333') => stepsTo(choose(given).base, situation(given).rules, account);

const GITHUB = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?v=1',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request',
};
const GITLAB = { CI: 'true', GITLAB_CI: 'true', AWS_OIDC_TOKEN: 'jwt' };
const JENKINS = { JENKINS_URL: 'https://ci', AWS_WEB_IDENTITY_TOKEN_FILE: '/run/token' };
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const DEV = '[profile dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = x\n';
const role = (account: string) => `arn:aws:iam::${account}:role/baf-deploy`;

describe('in CI', () => {
  it.each([
    ['GitHub Actions', GITHUB, { kind: 'github', audience: 'sts.amazonaws.com' }],
    ['GitLab', GITLAB, { kind: 'gitlab', variable: 'AWS_OIDC_TOKEN' }],
    ['Jenkins', JENKINS, { kind: 'file', path: '/run/token' }],
  ] as const)('the token of %s goes straight into the role of each account', (_name, env, token) => {
    expect(steps({ env })).toEqual([{ kind: 'web-identity', roleArn: role('333333333333'), token }]);
  });

  it('goes into the role for pipelines, for the audience that the platform names', () => {
    const rules = {
      ci: { role: 'arn:aws:iam::{account}:role/ci', audience: 'acme' },
      via: { role: role('9'), externalId: null },
    };
    expect(steps({ env: GITHUB, rules })).toEqual([
      { kind: 'web-identity', roleArn: 'arn:aws:iam::333333333333:role/ci', token: { kind: 'github', audience: 'acme' } },
    ]);
  });

  it('goes through the hub where the role is that of people, which trusts the hub', () => {
    const rules = { via: { role: role('999999999999'), externalId: 'hub-id' }, externalId: 'target-id' };
    expect(steps({ env: GITLAB, rules })).toEqual([
      { kind: 'web-identity', roleArn: role('999999999999'), token: { kind: 'gitlab', variable: 'AWS_OIDC_TOKEN' } },
      { kind: 'assume', roleArn: role('333333333333'), externalId: 'target-id' },
    ]);
  });

  it('wins over static keys and a profile, which are warned about', () => {
    const { base, warnings } = choose({ env: { ...GITHUB, ...KEYS, AWS_PROFILE: 'dev' } });
    expect(base.kind).toBe('web-identity');
    expect(warnings).toEqual([
      expect.stringMatching(/^The static keys in AWS_ACCESS_KEY_ID would win .*identity\.ci\.provider: none/),
      expect.stringMatching(/^AWS_PROFILE=dev would win/),
    ]);
    expect(warnings.join()).not.toContain('secret');
  });

  it('is left alone with provider none', () => {
    const { base } = choose({ env: { ...GITHUB, ...KEYS }, rules: { ci: { provider: 'none' } } });
    expect(base).toEqual({ kind: 'sdk', from: 'environment', profile: null });
  });

  it.each([
    ['a GitHub job without the permission', { CI: 'true', GITHUB_ACTIONS: 'true' }, {}, 'id-token: write'],
    [
      'GitHub that was asked for, though keys are there',
      { GITHUB_ACTIONS: 'true', ...KEYS },
      { provider: 'github' },
      'id-token: write',
    ],
    [
      'GitLab that was asked for',
      { CI: '1' },
      { provider: 'gitlab', audience: 'acme' },
      'id_tokens: { AWS_OIDC_TOKEN: { aud: acme } }',
    ],
    ['a file that was asked for', { CI: '1' }, { provider: 'file' }, 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ] as const)('%s is told what is missing', (_name, env, ci, step) => {
    expect(() => choose({ env, rules: { ci } })).toThrow(
      expect.objectContaining({
        code: 'IdTokenMissing',
        exitCode: 3,
        nextSteps: expect.arrayContaining([expect.stringContaining(step)]) as string[],
      }) as Error,
    );
  });

  it.each([
    ['GitLab', { CI: '1', GITLAB_CI: '1' }, { audience: 'acme' }, 'Add to the job: id_tokens: { AWS_OIDC_TOKEN: { aud: acme } }'],
    ['Jenkins', { JENKINS_URL: 'x' }, {}, 'name it with AWS_WEB_IDENTITY_TOKEN_FILE'],
    ['another system', { CI: '1' }, {}, 'name it with AWS_WEB_IDENTITY_TOKEN_FILE'],
    ['CI that is left alone', { CI: '1', GITLAB_CI: '1' }, { provider: 'none' }, 'identity.ci.provider: none leaves this job to'],
    ['a laptop', {}, {}, 'AWS_PROFILE'],
  ] as const)('%s without any of it knows what would help, should its machine have no role', (_name, env, ci, step) => {
    const { base, missing } = choose({ env, rules: { ci } });
    expect(base).toMatchObject({ from: 'instance' });
    expect(missing![0]).toContain(step);
    expect(missing!.join()).not.toContain('baf login');
  });

  it('takes what a step before has left in the environment, where the job has no token', () => {
    expect(choose({ env: { CI: 'true', GITHUB_ACTIONS: 'true', ...KEYS } }).base).toMatchObject({ from: 'environment' });
  });

  it('reads another variable where the platform names it, on any system', () => {
    const rules = { ci: { provider: 'gitlab', tokenVariable: 'CIRCLE_OIDC_TOKEN_V2' } } as const;
    expect(choose({ env: { CI: 'true', CIRCLE_OIDC_TOKEN_V2: 'jwt' }, rules }).base).toMatchObject({
      token: { kind: 'gitlab', variable: 'CIRCLE_OIDC_TOKEN_V2' },
    });
  });

  it('starts a chain with the role that the token is for, where that is another', () => {
    const env = { ...JENKINS, AWS_ROLE_ARN: 'arn:aws:iam::999999999999:role/runner' };
    expect(steps({ env }).map((s) => [s.kind, s.kind !== 'permission-set' && s.roleArn])).toEqual([
      ['web-identity', 'arn:aws:iam::999999999999:role/runner'],
      ['assume', role('333333333333')],
    ]);
    expect(steps({ env: { ...JENKINS, AWS_ROLE_ARN: role('111111111111') } })).toHaveLength(1);
    expect(steps({ env, rules: { ci: { provider: 'file' } } })).toHaveLength(1);
  });

  it('renews what can be had anew', () => {
    expect([GITHUB, GITLAB, JENKINS].map((env) => renewable(choose({ env }).base))).toEqual([true, false, true]);
  });

  it('does not ask laptops for a token', () => {
    for (const provider of ['github', 'gitlab', 'file'] as const)
      expect(choose({ rules: { ci: { provider }, sso: SSO }, logins: { acme: 'l' } }).base.kind).toBe('sso');
  });
});

describe('on a laptop', () => {
  it('a permission set that is everywhere is used straight', () => {
    expect(steps({ rules: { sso: { ...SSO, role: 'Deployer' }, via: { role: role('9'), externalId: null } } })).toEqual([
      { kind: 'permission-set', accountId: '333333333333', role: 'Deployer' },
    ]);
  });

  it('the permission set of one account starts the chain, through the hub with both external ids', () => {
    const sso = { ...SSO, accountId: '222222222222' };
    const rules = { sso, via: { role: role('999999999999'), externalId: 'hub-id' }, externalId: 'target-id' };
    expect(steps({ rules })).toEqual([
      { kind: 'permission-set', accountId: '222222222222', role: null },
      { kind: 'assume', roleArn: role('999999999999'), externalId: 'hub-id' },
      { kind: 'assume', roleArn: role('333333333333'), externalId: 'target-id' },
    ]);
    expect(steps({ rules: { sso: { ...sso, role: 'Deployer' } } })[0]).toEqual({
      kind: 'permission-set',
      accountId: '222222222222',
      role: 'Deployer',
    });
    expect(steps({ rules: { sso: SSO } })[0]).toMatchObject({ accountId: FIRST });
  });

  it('what is said in the environment goes first, then a login, then [default], then the container, then a login to come', () => {
    const all: Required<Given> = {
      env: { AWS_PROFILE: 'dev', ...KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://c' },
      rules: { sso: SSO },
      config: `${DEV}[default]\ncredential_process = /bin/get`,
      logins: { acme: 'ana' },
    };
    const order: string[] = [];
    const see = (given: Given) => order.push(sourceOf(choose(given).base));
    see(all);
    see({ ...all, env: { ...KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://c' } });
    const env: Record<string, string> = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://c' };
    see({ ...all, env });
    see({ ...all, env, logins: {} });
    see({ ...all, env, logins: {}, config: '[default]\nregion = eu-west-1' });
    see({ ...all, env: {}, logins: {}, config: '' });
    see({ env: {} });
    expect(order).toEqual([
      'profile dev',
      'environment variables',
      'single sign-on (session acme)',
      'profile default',
      'container role',
      'single sign-on (session acme)',
      'instance role',
    ]);
  });

  it('static keys that win over a token file are warned about', () => {
    const { base, warnings } = choose({ env: { ...KEYS, AWS_WEB_IDENTITY_TOKEN_FILE: '/t' } });
    expect(base).toMatchObject({ from: 'environment' });
    expect(warnings).toEqual([expect.stringContaining('wins over AWS_WEB_IDENTITY_TOKEN_FILE')]);
  });

  it.each([
    ['[profile dev]\nrole_arn = r\nsource_profile = nobody', 'ProfileUnknown', 'config:3'],
    ['[profile dev]\nregion = x', 'ProfileWithoutCredentials', 'config:1'],
    [
      `[profile dev]\nrole_arn = r\nmfa_serial = m\nsource_profile = base\n[profile base]\n${DEV.split('\n').slice(1).join('\n')}`,
      'ProfileNeedsMfa',
      'config:3',
    ],
  ])('a profile that cannot work is refused with its line', (config, code, place) => {
    expect(() => choose({ env: { AWS_PROFILE: 'dev' }, config })).toThrow(
      expect.objectContaining({ code, exitCode: 3, message: expect.stringContaining(place) as string }) as Error,
    );
  });

  it('`aws login` is the SDK to read', () => {
    const config = '[default]\nlogin_session = arn:aws:iam::111111111111:user/ana';
    expect(choose({ config }).base).toEqual({ kind: 'sdk', from: 'profile', profile: 'default' });
  });

  it('a profile whose program is baf itself is for other tools: baf looks further, and never in a circle', () => {
    const config = '[profile shop]\ncredential_process = /usr/bin/baf credentials --target shop-prod/eu-west-1 --format process';
    const env = { AWS_PROFILE: 'shop' };
    expect(choose({ env, config, rules: { sso: SSO }, logins: { acme: 'ana' } }).base.kind).toBe('sso');
    expect(() => choose({ env, config })).toThrow(expect.objectContaining({ code: 'NoIdentity' }) as Error);
    const wrapped = '[profile shop]\ncredential_process = /opt/wrapper';
    expect(choose({ env, config: wrapped }).base).toMatchObject({ profile: 'shop' });
    expect(() => choose({ env: { ...env, BAF_CREDENTIAL_PROCESS: '1' }, config: wrapped })).toThrow(
      expect.objectContaining({ code: 'ProfileLoop' }) as Error,
    );
  });
});

describe('the key of a way', () => {
  it('tells ways and people apart', () => {
    const rules = { sso: { ...SSO, role: 'Deployer' } };
    const ways: Given[] = [
      { rules, logins: { acme: 'ana' } },
      { rules, logins: { acme: 'ben' } },
      { rules: { sso: { ...SSO, role: 'Operator' } }, logins: { acme: 'ana' } },
      { rules: { sso: SSO }, logins: { acme: 'ana' } },
      { env: { AWS_PROFILE: 'dev' }, config: DEV },
      { env: { AWS_PROFILE: 'dev' }, config: DEV.replace('AKIADEV', 'AKIANEW') },
      { env: { AWS_PROFILE: 'ops' }, config: DEV.replace('dev', 'ops') },
      { env: KEYS },
      { env: { ...KEYS, AWS_ACCESS_KEY_ID: 'AKIAOTHER' } },
      {
        env: { AWS_PROFILE: 's' },
        config: `[profile s]\nsso_session = acme\nsso_account_id = 1\nsso_role_name = R\n[sso-session acme]\nsso_start_url = u\nsso_region = r`,
        logins: { acme: 'ana' },
      },
      {
        env: { AWS_PROFILE: 's' },
        config: `[profile s]\nsso_session = acme\nsso_account_id = 1\nsso_role_name = R\n[sso-session acme]\nsso_start_url = u\nsso_region = r`,
        logins: { acme: 'ben' },
      },
      { env: JENKINS },
      { env: { ...JENKINS, AWS_ROLE_ARN: 'arn:aws:iam::9:role/x' } },
      {},
    ];
    const keys = ways.map((given) => JSON.stringify(choose(given).key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.join()).not.toMatch(/secret|jwt/);
  });
});

describe('words', () => {
  it('say the way', () => {
    const base: Base = { kind: 'sso', session: 'acme', accountId: FIRST, role: 'Dev' };
    const rules = { ...RULES, via: { role: role('9'), externalId: 'x' } };
    expect(wordsOf(stepsTo(base, rules, '{account}'))).toBe(
      `permission set Dev of ${FIRST}, then AssumeRole of ${role('9')} with an external id, then AssumeRole of ${role('{account}')}`,
    );
  });
});
