/** What the answer to an http check, or none, is judged to be. */
import { expect, it } from 'vitest';
import type { HttpHook } from '../../../src/lib/model/hooks.js';
import { judgeAnswer, NoAnswer, smokeCause, type HttpAnswer } from '../../../src/lib/rollout/smoke.js';

const hook: HttpHook = {
  kind: 'http',
  name: 'GET /health',
  path: '/health',
  status: 200,
  contains: 'ok',
  timeoutMs: 2_000,
  retries: 1,
};
const none = (code: string, said = code) => new NoAnswer(code, said);

it.each<[HttpAnswer | Error, string, RegExp]>([
  [{ status: 503, body: '' }, 'answered with status 503', /look at its logs/],
  [{ status: 302, body: '', location: '/login' }, 'answered with status 302 (to /login)', /Redirects are not followed/],
  [{ status: 200, body: 'lost' }, 'answered with status 200, and "ok" is not in its 4 characters', /look at its logs/],
  [{ status: 200, body: 'much', cut: 'long' }, 'answered with status 200, and "ok" is not in its first 4 characters', /its logs/],
  [
    { status: 200, body: 'slow', cut: 'late' },
    'answered with status 200, and its body had not ended after 2 s (4 characters so far)',
    /whose answer ends/,
  ],
  [{ status: 200, body: 'half', cut: 'broken' }, 'answered with status 200, and broke off after 4 characters', /its logs/],
  [none('LATE'), 'gave no answer within 2 s', /timeout: in baf.yaml.*security group/],
  [
    none('DEPTH_ZERO_SELF_SIGNED_CERT'),
    'gave no answer: this machine does not trust who signed the certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    none('ERR_TLS_CERT_ALTNAME_INVALID', 'DNS:b.example; ERR_TLS_CERT_ALTNAME_INVALID'),
    'gave no answer: the certificate is for another name (DNS:b.example; ERR_TLS_CERT_ALTNAME_INVALID)',
    /a certificate for this host/,
  ],
  [none('CERT_HAS_EXPIRED'), 'gave no answer: the certificate has expired (CERT_HAS_EXPIRED)', /Renew/],
  [none('ENOTFOUND'), 'gave no answer: DNS does not know the host (ENOTFOUND)', /private zone/],
  [none('ECONNREFUSED'), 'gave no answer: the connection was refused (ECONNREFUSED)', /listeners/],
  [none('ETIMEDOUT'), 'gave no answer: there is no way to it (ETIMEDOUT)', /VPN/],
  [none('HPE_INVALID_CONSTANT'), 'gave no answer: what came is not HTTP as it should be (HPE_INVALID_CONSTANT)', /headers/],
  [none('ESOMETHING'), 'gave no answer: ESOMETHING', /its logs/],
  [new Error('a bug'), 'gave no answer: a bug', /its logs/],
])('an answer %j', (answer, what, advice) => {
  const wrong = judgeAnswer(hook, answer)!;
  expect(wrong.what).toBe(what);
  expect(wrong.advice).toMatch(advice);
});

it('is content with the right status and text, whole or not', () => {
  expect(judgeAnswer(hook, { status: 200, body: 'all ok' })).toBeNull();
  expect(judgeAnswer(hook, { status: 200, body: 'ok and on and', cut: 'late' })).toBeNull();
  expect(judgeAnswer({ ...hook, contains: null }, { status: 200, body: 'much', cut: 'long' })).toBeNull();
  expect(judgeAnswer({ ...hook, contains: null }, { status: 200, body: '', cut: 'broken' })).not.toBeNull();
});

it('says the address, what came and what was expected, and the name where there is one', () => {
  const wrong = { what: 'answered with status 503', advice: 'Look.' };
  expect(smokeCause(hook, 'https://ui/health', wrong)).toEqual({
    code: 'SmokeCheckFailed',
    message: 'GET https://ui/health answered with status 503; expected: status 200 with "ok" in it (2 attempts).',
    advice: 'Look.',
  });
  expect(smokeCause({ ...hook, name: 'smoke', contains: null, retries: 0 }, 'https://ui/health', wrong).message).toBe(
    'smoke failed: GET https://ui/health answered with status 503; expected: status 200 (1 attempt).',
  );
});
