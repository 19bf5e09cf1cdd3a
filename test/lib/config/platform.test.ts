import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../../src/lib/config/platform.js';
import type { UserError } from '../../../src/lib/errors/user-error.js';

const file = (identity: string, rest = ''): string => `platform: acme
identity:
  role: arn:aws:iam::{account}:role/baf-deploy
${identity}
accounts: { hub: '000000000001', prod: '222222222222' }
${rest}
environments:
  prod: { targets: [prod/eu-west-1] }
`;

describe('who deploys, as the platform file says it', () => {
  it('has sensible rules where nothing is said', () => {
    const { identity, access, environments } = parsePlatform(file(''), 'p.yaml');
    expect(identity).toEqual({
      role: 'arn:aws:iam::{account}:role/baf-deploy',
      sso: null,
      ci: {
        provider: 'auto',
        audience: 'sts.amazonaws.com',
        tokenVariable: 'AWS_OIDC_TOKEN',
        role: 'arn:aws:iam::{account}:role/baf-deploy',
      },
      via: null,
      externalId: null,
    });
    expect(access).toBeNull();
    expect(environments['prod']!.access).toBe('standing');
  });

  it('reads single sign-on, CI, a hub and approvers', () => {
    const { identity, access } = parsePlatform(
      file(
        `  sso: { session: acme, startUrl: https://acme.example/start, region: eu-west-1, role: Deploy, account: hub }
  ci: { provider: gitlab, audience: aws, tokenVariable: TOKEN, role: "arn:aws:iam::{account}:role/ci" }
  via: { role: "arn:aws:iam::000000000001:role/hub", externalId: shared }
  externalId: other`,
        'access: { approvers: [ana], maxFor: 2h }',
      ),
      'p.yaml',
    );
    expect(identity.sso).toMatchObject({ role: 'Deploy', accountId: '000000000001' });
    expect(identity.ci).toEqual({
      provider: 'gitlab',
      audience: 'aws',
      tokenVariable: 'TOKEN',
      role: 'arn:aws:iam::{account}:role/ci',
    });
    expect(identity.via).toEqual({ role: 'arn:aws:iam::000000000001:role/hub', externalId: 'shared' });
    expect(identity.externalId).toBe('other');
    expect(access).toEqual({ approvers: ['ana'], maxForMs: 7_200_000 });
  });

  it.each([
    [
      '  sso: { session: a, startUrl: https://a.example, region: eu-west-1, account: hubb }',
      '',
      /p\.yaml:4.*no account hubb.*did you mean hub/,
    ],
    ['  sso: { session: a, startUrl: acme, region: eu-west-1 }', '', /p\.yaml:4.*not an address/],
    ['  via: { role: "arn:aws:iam::{account}:role/hub" }', '', /p\.yaml:4.*not a role ARN/],
    ['', 'access: { approvers: [] }', /p\.yaml:6/],
  ])('names the line of a mistake: %s%s', (identity, rest, message) => {
    let thrown: unknown;
    try {
      parsePlatform(file(identity, rest), 'p.yaml');
    } catch (error) {
      thrown = error;
    }
    expect((thrown as UserError).message).toMatch(message);
  });

  it('wants a role that can be given more where access is on demand', () => {
    const on = (sso: string) =>
      parsePlatform(
        file(
          `  sso: { session: a, startUrl: https://a.example, region: eu-west-1, ${sso} }`,
          'access: { approvers: [ana] }',
        ).replace('{ targets:', '{ access: on-demand, targets:'),
        'p.yaml',
      );
    expect(() => on('role: Deploy')).toThrow(/add identity\.sso\.account/);
    expect(on('role: Deploy, account: hub').environments['prod']!.access).toBe('on-demand');
  });

  it.each([
    ['{ reason: r, every: Fri 16:00 - Mon 07:00 }', /every needs the time zone/],
    ['{ reason: r, every: weekends, zone: UTC }', /weekends is not a time that comes again/],
    ['{ reason: r, every: 22:00 - 06:00, zone: Europe/Lubljana }', /Europe\/Lubljana is not a time zone/],
    ['{ reason: r, from: 2026-12-20 18:00, until: 2027-01-04 07:00 }', /2026-12-20 18:00 is not a time with an offset/],
    ['{ reason: r, from: 2026-12-20 18:00, until: 2026-12-19 07:00, zone: UTC }', /2026-12-19 07:00 is not after/],
    ['{ reason: r, from: 2026-12-20 18:00, zone: UTC }', /either every, or from and until/],
  ])('refuses the freeze %s', (freeze, why) => {
    const text = file('').replace('{ targets:', `{ freezes: [${freeze}], targets:`);
    expect(() => parsePlatform(text, 'p.yaml')).toThrow(why);
  });

  it('asks for approvers where access is on demand', () => {
    expect(() => parsePlatform(file('').replace('{ targets:', '{ access: on-demand, targets:'), 'p.yaml')).toThrow(/approvers/);
  });
});

describe('who is told of deploys', () => {
  const all = ['start', 'failure', 'end'];
  const rules = (notify: string, own = '') =>
    parsePlatform(file('', notify).replace('{ targets: [prod/eu-west-1] }', `{ targets: [prod/eu-west-1]${own} }`), 'p.yaml')
      .environments['prod']!.notify;
  const problemOf = (notify: string): string => {
    try {
      rules(notify);
      return '';
    } catch (error) {
      return (error as UserError).message;
    }
  };

  it('is nobody, or those of the platform, or those of the environment', () => {
    expect(rules('')).toEqual({ webhooks: [], eventBridge: null });
    const whole = 'notify: { webhooks: [{ env: DEPLOYS_WEBHOOK }, { ssm: /baf/notify/ops, on: [failure] }], eventBridge: {} }';
    expect(rules(whole)).toEqual({
      webhooks: [
        { from: 'env', name: 'DEPLOYS_WEBHOOK', on: all },
        { from: 'ssm', name: '/baf/notify/ops', on: ['failure'] },
      ],
      eventBridge: { bus: 'default', on: all },
    });
    expect(rules(whole, ', notify: { eventBridge: { bus: deploys, on: [end] } }')).toEqual({
      webhooks: [],
      eventBridge: { bus: 'deploys', on: ['end'] },
    });
    expect(rules(whole, ', notify: {}')).toEqual({ webhooks: [], eventBridge: null });
  });

  it.each([
    ['{ webhooks: [{ on: [end] }] }', /webhooks\.0: the address of a webhook is a secret that is kept elsewhere/],
    ['{ webhooks: [{ env: A, ssm: /b }] }', /name either env \(a variable\) or ssm/],
    ['{ webhooks: [{ ssm: baf }] }', /not the path of a parameter/],
    ['{ webhooks: [{ url: "https://hooks.example" }] }', /url.*env/],
    ['{ webhooks: [{ env: A, on: [begin] }] }', /start.*failure.*end/],
    ['{ eventbridge: {} }', /eventBridge/],
  ])('refuses %s', (notify, message) => {
    expect(problemOf(`notify: ${notify}`)).toMatch(message);
  });
});
