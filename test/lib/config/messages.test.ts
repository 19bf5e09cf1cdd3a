/** Messages word for word: file, line, column, what is wrong, what is allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../../src/lib/config/platform.js';
import { parseProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';
import { UserError } from '../../../src/lib/errors/user-error.js';

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError && error.code === 'ConfigInvalid' && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const parse = (text: string) => parseProject(text, '/p', 'baf.yaml');
const services = (text: string) => parse(`project: shop\nservices:\n${text}`);
const platform = (environments: string, accounts = '{ shop-prod: "111111111111" }') =>
  parsePlatform(
    `platform: acme\nidentity: { role: "arn:aws:iam::{account}:role/x" }\naccounts: ${accounts}\nenvironments:\n${environments}`,
    '/p/baf.platform.yaml',
  );

describe('baf.yaml', () => {
  it.each([
    ['', 'baf.yaml:1:1: the file is empty; it has to be a map with project, platform, services'],
    ['- a', 'baf.yaml:1:1: ["a"] is not a map'],
    ['project: a\n---\nproject: b', 'baf.yaml:2:1: a second document begins here; a file has one'],
    ['project: shop\nservices: *all', 'baf.yaml:2:11: *all names no anchor; write &all before it'],
    ['project: shop\nservices:\n\tui: {}', 'baf.yaml:3:1: Tabs are not allowed as indentation'],
  ])('%j', (text, message) => expect(messageOf(() => parse(text))).toBe(message));

  it.each([
    ['  ui:', '3:6: services.ui: null is not a map'],
    ['  ui: { template: worker, tag: 1.10 }', '3:32: services.ui.tag: 1.10 is not a string; put it in quotes'],
    ['  ui: { template: worker, count: 1.5 }', '3:34: services.ui.count: 1.5 is not a whole number'],
    ['  ui: { template: worker, env: [A=b] }', '3:32: services.ui.env: ["A=b"] is not a map'],
    [
      '  ui: { template: worker, needs: [constructor] }',
      '3:35: services.ui.needs.0: there is no service constructor; services: ui',
    ],
    ['  ui: { template: worker, needs: [ui] }', '3:34: services.ui.needs: services need each other in a circle: ui -> ui'],
    ['  ui: { template: backend-service, health: /x }', '3:44: services.ui.health: a health path needs a port; add port'],
    [
      '  ui: { template: worker, port: 1, health: "/x; rm $(y)" }',
      '3:44: services.ui.health: /x; rm $(y): a health path begins with / and has no spaces, quotes or backslashes',
    ],
    [
      '  ui: { template: worker, image: "h:5000/x@sha256:ab" }',
      '3:34: services.ui.image: h:5000/x@sha256:ab has a digest; give the repository only, and the tag as tag: or --tag',
    ],
    [
      '  ui: { template: worker, image: "h:5000/x:1" }',
      '3:34: services.ui.image: h:5000/x:1 has a tag; give the repository only, and the tag as tag: or --tag',
    ],
    [
      '  ui: { template: worker, env: { A: x }, environments: { prod: { secrets: { A: y } } } }',
      '3:77: services.ui.environments.prod.secrets.A: A is in both env and secrets; keep one of them',
    ],
    [
      '  ui: { template: worker, environments: { Prod: { count: 1 } } }',
      '3:43: services.ui.environments.Prod: Prod is not a legal name; an environment has small letters, digits and -, begins with a letter, and has at most 20 characters',
    ],
  ])('%s', (text, message) => expect(messageOf(() => services(text))).toBe(`baf.yaml:${message}`));

  it('tells what a definition finds together with the rest', () => {
    const text = '  ui: { template: worker, prt: 1 }\n  cart: { template: worker, cpu: 300, needs: [u, ui] }';
    expect(messageOf(() => services(text)).split('\n')).toEqual([
      'baf.yaml:3:27: services.ui.prt: unknown key prt; did you mean port? allowed: template, image, port, health, cpu, memory, count, command, env, secrets, settings, deploy, needs, discovery, tag, environments',
      'baf.yaml:4:34: services.cart.cpu: cpu 300 is no size of Fargate; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384',
      'baf.yaml:4:47: services.cart.needs.0: there is no service u; did you mean ui?; services: ui, cart',
    ]);
  });

  it('does not repeat a size in environments that leave it alone', () => {
    const text = '  ui: { template: worker, cpu: 300, environments: { prod: { count: 2 } } }';
    expect(messageOf(() => services(text)).split('\n')).toHaveLength(1);
  });

  it('takes a registry with a port', () => {
    expect(services('  ui: { template: worker, image: "h:5000/x" }').services['ui']!.image).toBe('h:5000/x');
  });

  it('keeps numbers of env as they are written, through anchors and environments too', () => {
    const made = services(
      '  a: { template: worker, env: &e { V: 1.10, ID: 12345678901234567890, Z: 007, X: 0x1F, B: true } }\n' +
        '  b: { template: worker, env: { <<: *e, V: 2.0 }, environments: { prod: { env: { V: 3.00 } } } }',
    );
    const written = { V: '1.10', ID: '12345678901234567890', Z: '007', X: '0x1F', B: 'true' };
    expect(resolveService(made, 'a', 'prod').env).toEqual(written);
    expect(resolveService(made, 'b', 'staging').env).toEqual({ ...written, V: '2.0' });
    expect(resolveService(made, 'b', 'prod').env).toEqual({ ...written, V: '3.00' });
  });

  it('has environments of its own only', () => {
    expect(resolveService(services('  a: { template: worker, environments: {} }'), 'a', 'constructor').count).toBe(1);
  });

  it('looks through fifty services that all need each other at once', () => {
    const names = Array.from({ length: 50 }, (_, i) => `s${i}`);
    const text = names.map((n, i) => `  ${n}: { template: worker, needs: [${names.slice(i + 1).join(', ')}] }`).join('\n');
    expect(Object.keys(services(text).services)).toHaveLength(50);
  });

  it('never fails but with a ConfigInvalid, whatever the file says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (service, all) => {
        for (const value of [{ project: 'p', services: { s: service } }, { project: 'p', services: all }, all])
          try {
            parse(JSON.stringify(value));
          } catch (error) {
            expect(error).toMatchObject({ code: 'ConfigInvalid' });
          }
      }),
    );
  });
});

describe('baf.platform.yaml', () => {
  it.each([
    [
      '  prod: { targets: [shop-prd/eu-west-1] }',
      '5:21: environments.prod.targets.0: there is no account shop-prd; did you mean shop-prod?; accounts: shop-prod',
    ],
    [
      '  prod: { targets: [constructor/eu-west-1] }',
      '5:21: environments.prod.targets.0: there is no account constructor; accounts: shop-prod',
    ],
    [
      '  prod: { targets: [shop-prod/eu-west-1], promoteFrom: prod }',
      '5:56: environments.prod.promoteFrom: prod cannot be promoted from itself',
    ],
    [
      '  prod: { targets: [shop-prod/eu-west-1], stagings: { ttl: 30d, domain: x.example } }',
      '5:60: environments.prod.stagings.ttl: ttl 30d is longer than maxTtl 14d',
    ],
    [
      '  prod: { targets: [shop-prod/eu-west-1], stagings: { ttl: 0s, domain: x.example } }',
      '5:60: environments.prod.stagings.ttl: a time to live is longer than nothing',
    ],
    [
      '  prod: { waves: [{ targets: [shop-prod/eu-west-1], bake: 5 }] }',
      '5:59: environments.prod.waves.0.bake: 5: not a duration: write 90s, 5m, 1h30m, 2d',
    ],
    [
      '  prod: { targets: [shop-prod/eu-west-1], stagings: { domain: "" } }',
      '5:63: environments.prod.stagings.domain: an empty text: not a domain, e.g. stg.acme.example',
    ],
  ])('%s', (text, message) => expect(messageOf(() => platform(text))).toBe(`baf.platform.yaml:${message}`));

  it('explains the zeros that YAML drops', () => {
    const prod = '  prod: { targets: [shop-prod/eu-west-1] }';
    expect(messageOf(() => platform(prod, '{ shop-prod: 012345678901 }'))).toBe(
      'baf.platform.yaml:3:24: accounts.shop-prod: 012345678901 is not an account id: twelve digits, in quotes (YAML drops leading zeros)',
    );
    expect(platform(prod, '{ shop-prod: 123456789012 }').accounts).toEqual({ 'shop-prod': '123456789012' });
  });
});
