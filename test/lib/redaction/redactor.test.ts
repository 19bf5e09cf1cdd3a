/** Secrets in every form in which they may appear; and what is none stays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideLooks } from '../../../src/lib/redaction/patterns.js';
import { createRedactor } from '../../../src/lib/redaction/redactor.js';
import { encodingsOf } from '../../secrets.js';

const secret = 'q7/Zr+9xV=kP2 ü"w\\L!s';
const redactor = createRedactor();
redactor.add(secret);

describe('a secret', () => {
  it.each(encodingsOf(secret).filter(([name]) => !name.endsWith('before it')))('%s', (_name, form) => {
    const text = `before ${form} after`;
    const cleaned = redactor.clean(text);
    expect(cleaned).not.toContain(form);
    expect(cleaned).toMatch(/^before \*\*\*[A-Za-z0-9+/=_-]{0,2} after$/);
  });

  it.each([0, 1, 2, 3, 4])('in base64 with %i bytes before it', (shift) => {
    const whole = Buffer.from(`${'x'.repeat(shift)}${secret}yz`).toString('base64');
    const cleaned = redactor.clean(whole);
    for (const [, form] of encodingsOf(secret)) expect(cleaned).not.toContain(form);
    expect(cleaned).toContain('***');
    // What is left decodes to nothing of the secret but a part of a character at its ends.
    expect(cleaned.length).toBeLessThanOrEqual(3 + Math.ceil(((shift + 2 + 2) * 8) / 6) + 3);
  });

  it('of several lines, by each of them, but for the lines that only say what it is', () => {
    const own = createRedactor();
    own.add('-----BEGIN OPENSSH KEY-----\nfirst-line-of-it\r\n  second-line-of-it\nshort\n-----END OPENSSH KEY-----\n');
    expect(own.clean('a first-line-of-it b second-line-of-it c short')).toBe('a *** b *** c short');
    expect(own.clean('-----BEGIN OPENSSH KEY-----')).toBe('-----BEGIN OPENSSH KEY-----');
    const whole = createRedactor();
    whole.add('platform: acme\naccounts: {}', { lines: false });
    expect(whole.clean('platform: acme')).toBe('platform: acme');
    expect(whole.clean('platform: acme\naccounts: {}')).toBe('***');
  });

  it('that is too short blanks nothing', () => {
    const own = createRedactor();
    expect(own.add('sandbox')).toBe(false);
    expect(own.add('   short   ')).toBe(false);
    expect(own.clean('the sandbox is short')).toBe('the sandbox is short');
    expect(own.add('sandbox1')).toBe(true);
    expect(own.add('sandbox1')).toBe(false);
  });

  it('that overlaps another leaves no rest of either', () => {
    const own = createRedactor();
    own.add('abcdefgh1234');
    own.add('gh1234ijklmn');
    own.add('1234ijklmnopqr');
    expect(own.clean('<abcdefgh1234ijklmnopqr>')).toBe('<***>');
    expect(own.clean('abcdefgh1234gh1234ijklmn')).toBe('***');
  });

  it('is hidden in every text of a value, and dates stay dates', () => {
    const at = new Date(0);
    expect(redactor.cleanDeep({ a: [`x ${secret}`], at, n: 1, none: null })).toEqual({ a: ['x ***'], at, n: 1, none: null });
  });

  it('is found in any text, whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }).filter((s) => s.trim() === s && !s.includes('*')),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        fc.array(fc.string({ maxLength: 12 }), { minLength: 7, maxLength: 7 }),
        (secrets, between) => {
          const own = createRedactor();
          secrets.forEach((s) => own.add(s));
          const text = secrets.map((s, i) => between[i]! + s).join('') + between[6]!;
          const cleaned = own.clean(text);
          for (const s of secrets) expect(cleaned).not.toContain(s);
        },
      ),
    );
  });

  it('leaves texts without it as they are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        fc.pre(hideLooks(text) === text);
        expect(redactor.clean(text)).toBe(text);
      }),
    );
  });

  it('among five hundred costs no more than alone: forms are found by their hash', () => {
    const many = createRedactor();
    for (let i = 0; i < 500; i++) many.add(`secret-number-${i}-of-many`);
    const text = `${'word '.repeat(200)}secret-number-499-of-many`;
    expect(many.clean(text)).toBe(`${'word '.repeat(200)}***`);
  });
});

describe('what is a secret by its look', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUvc2hvcCJ9.c2lnbmF0dXJlLW9mLWl0';
  it.each([
    [`token ${jwt}.`, 'token ***.'],
    [`cut ${jwt.slice(0, 40)}...`, 'cut ***...'],
    ['the key ASIAQWERTYUIOPASDFGH may not', 'the key *** may not'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key = ***'],
    ['{"SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","n":1}', '{"SecretAccessKey":"***","n":1}'],
    ['{\\"sessionToken\\": \\"wJalrXUtnFEMIK7MDENG\\"}', '{\\"sessionToken\\": \\"***\\"}'],
    ['Authorization: Bearer abcdefghijklmn0123456', 'Authorization: Bearer ***'],
    ['https://s3/x?X-Amz-Signature=0123456789abcdef0123456789abcdef&a=1', 'https://s3/x?X-Amz-Signature=***&a=1'],
    [`session IQoJb3JpZ2lu${'Ab9/+'.repeat(20)}==`, 'session ***'],
    [`sso aoa${'Ab9_-'.repeat(20)}:x`, 'sso ***'],
    ['proxy http://ana:hunter22@proxy.acme:3128', 'proxy http://ana:***@proxy.acme:3128'],
    ['GET https://ui/health?deep=1&api_key=a1&token=b2#c', 'GET https://ui/health?deep=1&api_key=***&token=***#c'],
    ['GET /list?tokens=5&page=token&design=1', 'GET /list?tokens=5&page=token&design=1'],
    [`push ghp_${'a1B2'.repeat(9)}`, 'push ***'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', '***'],
  ])('%s', (text, expected) => expect(hideLooks(text)).toBe(expected));

  it.each([
    'arn:aws:sts::333333333333:assumed-role/baf-deploy/baf-ana',
    'arn:aws:ecs:eu-west-1:333333333333:service/baf/retail-store-prod-ui',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '333333333333.dkr.ecr.eu-west-1.amazonaws.com/retail-store-sample-ui:1.4.0@sha256:9f86d081884c7d65',
    'subnet-0000000000000000a, vpc-00000000000000000, AIDAQWERTYUIOPASDFGH, AROASANDBOX000000000:baf-ana',
    'The security token included in the request is expired',
    'basic authentication-by-password is off, bearer tokens-are-not-sent-here',
    'https://acme.awsapps.com/start and http://127.0.0.1:4599/x@y',
    '2026-11-21T10:57:25.000Z 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'export AWS_REGION=eu-west-1',
  ])('and not: %s', (text) => expect(hideLooks(text)).toBe(text));
});
