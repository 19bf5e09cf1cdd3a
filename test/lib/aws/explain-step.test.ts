/** Why a step was refused, told so that one knows where to look. */
import { describe, expect, it } from 'vitest';
import { explainStep } from '../../../src/lib/aws/explain-step.js';
import type { TokenSource, Way } from '../../../src/lib/identity/way.js';

const error = (name: string, message: string): Error => Object.assign(new Error(message), { name });
const way = (base: Way['base'], missing?: string[]): Way => ({ base, key: [], warnings: [], ...(missing ? { missing } : {}) });
const instance = { kind: 'sdk', from: 'instance', profile: null } as const;
const told = (of: Error, step: Parameters<typeof explainStep>[1], by: Way, behindMs = 0) =>
  explainStep(of, step, by, 'eu-west-1', behindMs);
const roleArn = 'arn:aws:iam::111111111111:role/baf-deploy';
const assume = { kind: 'assume', roleArn, externalId: null } as const;

describe('no credentials at all', () => {
  const nobody = error('CredentialsProviderError', 'Could not load credentials from any providers\nhttp://169.254.169.254');

  it('are told with what this place lacks', () => {
    const { code, exitCode, message, nextSteps } = told(nobody, assume, way(instance, ['Add to the job: id_tokens: ...']));
    expect([code, exitCode, nextSteps]).toEqual(['NoIdentity', 3, ['Add to the job: id_tokens: ...']]);
    expect(message).toBe('There are no AWS credentials here: Could not load credentials from any providers.');
  });

  it('of a profile name the profile', () => {
    const { message, nextSteps } = told(nobody, assume, way({ kind: 'sdk', from: 'profile', profile: 'dev' }));
    expect(message).toContain('The profile dev gives no credentials');
    expect(nextSteps[0]).toContain('baf login');
  });
});

describe('a token that is none', () => {
  it.each([
    [{ kind: 'github', audience: 'x' }, "GitHub's answer"],
    [{ kind: 'gitlab', variable: 'AWS_OIDC_TOKEN' }, 'AWS_OIDC_TOKEN'],
    [{ kind: 'file', path: '/run/token' }, '/run/token'],
  ] satisfies [TokenSource, string][])('is looked for where it came from: %j', (token, place) => {
    const refused = error('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.');
    const { code, nextSteps, message } = told(
      refused,
      { kind: 'web-identity', roleArn, token },
      way({ kind: 'web-identity', token, role: null }),
    );
    expect([code, message]).toEqual([
      'AccessDenied',
      `sts:AssumeRoleWithWebIdentity of ${roleArn} was refused: The ID Token provided is not a valid JWT.`,
    ]);
    expect(nextSteps[0]).toBe(`Look what ${place} holds: an OpenID Connect token has three parts, with dots between.`);
  });
});

describe('a clock that is off', () => {
  it('is named, and set first', () => {
    const { code, message, nextSteps } = told(
      error('SignatureDoesNotMatch', 'Signature expired'),
      assume,
      way(instance),
      20 * 60_000,
    );
    expect([code, message]).toEqual([
      'ClockSkewed',
      `sts:AssumeRole of ${roleArn} was refused: Signature expired. This computer's clock is 20 minutes behind AWS's.`,
    ]);
    expect(nextSteps[0]).toMatch(/^Set the clock/);
  });
});
