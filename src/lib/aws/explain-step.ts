/** Why a step to a role was refused, and what to do: in the words of the step. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { claimsOf } from '../identity/ci/tokens.js';
import { skewText } from '../identity/server-clock.js';
import type { Step, TokenSource, Way } from '../identity/way.js';
import { awsCode, explainAwsError } from './errors.js';
import { claimsPart } from './take-step.js';

const CLOCK = new Set(['SignatureDoesNotMatch', 'InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed']);

/** @param behindMs how far this computer's clock is behind AWS's, milliseconds */
export function explainStep(error: unknown, step: Step, way: Way, region: string, behindMs: number): UserError {
  if (error instanceof UserError) return error;
  const code = awsCode(error);
  const said = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  const skew = skewText(behindMs);
  const refuse = (message: string, nextSteps: string[], of = 'AccessDenied'): UserError =>
    new UserError(skew && CLOCK.has(code) ? 'ClockSkewed' : of, {
      message: `${message}.${skew ? ` ${skew}.` : ''}`,
      nextSteps: [...(skew ? ['Set the clock of this computer (it should follow a time server).'] : []), ...nextSteps],
      exitCode: ExitCode.denied,
    });
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') return noIdentity(said, way, skew);
  if (CLOCK.has(code)) return refuse(`${callOf(step)} was refused: ${said}`, ['Check the clock and the keys of this computer.']);
  if (code === 'RegionDisabledException')
    return refuse(`STS is switched off in ${region}: ${said}`, ['Switch it on in the account settings of IAM there.']);
  if (code === 'PackedPolicyTooLarge' || code === 'PackedPolicyTooLargeException')
    return refuse(`${callOf(step)} was refused, its tags and policies are too large: ${said}`, [
      'Session tags that an identity provider adds count too: pass fewer on.',
    ]);
  switch (step.kind) {
    case 'web-identity': {
      if (!WEB.has(code)) break;
      const claims = claimsOf(`.${claimsPart(error) ?? ''}.`);
      const about = claims ? ` The token: issuer ${claims.iss}, audience ${claims.aud}, subject ${claims.sub}.` : '';
      return refuse(`${callOf(step)} was refused: ${said}.${about}`.replace(/\.$/, ''), webSteps(code, step, claims));
    }
    case 'permission-set':
      if (code === 'ForbiddenException' || code === 'ResourceNotFoundException')
        return refuse(`Your login has no permission set ${step.role ?? ''} in the account ${step.accountId}: ${said}`, [
          'baf accounts shows what you may assume.',
        ]);
      break;
    case 'assume':
      if (code === 'AccessDenied' || code === 'AccessDeniedException')
        return refuse(`${callOf(step)} was refused: ${said}`, [
          'Check that the trust policy of the role names the caller' +
            (step.externalId === null ? '.' : ', and the external id of the platform file.'),
          'baf whoami tells who you are, baf accounts what you may assume.',
        ]);
      break;
  }
  const explained = explainAwsError(error, callOf(step), region);
  return skew && explained.exitCode === ExitCode.denied
    ? refuse(explained.message.replace(/\.$/, ''), explained.nextSteps)
    : explained;
}

const WEB = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'ExpiredTokenException',
  'ExpiredToken',
]);

function callOf(step: Step): string {
  switch (step.kind) {
    case 'web-identity':
      return `sts:AssumeRoleWithWebIdentity of ${step.roleArn}`;
    case 'permission-set':
      return `The permission set ${step.role ?? ''} in ${step.accountId}`;
    case 'assume':
      return `sts:AssumeRole of ${step.roleArn}`;
  }
}

function webSteps(code: string, step: Extract<Step, { kind: 'web-identity' }>, claims: ReturnType<typeof claimsOf>): string[] {
  const account = step.roleArn.split(':')[4] ?? '';
  if (code.startsWith('ExpiredToken'))
    return step.token.kind === 'gitlab'
      ? [
          "A GitLab token cannot be had twice, and the role's session has ended: raise the role's MaxSessionDuration, or split the job.",
        ]
      : ['The token had ended before STS answered: run the command again.'];
  if (claims === null)
    return [
      `Look what ${placeOf(step.token)} holds: an OpenID Connect token has three parts, with dots between.`,
      'docs/identity.md has the set-up for GitHub, GitLab and Jenkins.',
    ];
  if (code.startsWith('InvalidIdentityToken'))
    return [
      `Check that the account ${account} has an OpenID Connect provider for ${claims.iss} with the audience ${claims.aud}.`,
      'docs/identity.md has the set-up for GitHub, GitLab and Jenkins.',
    ];
  return [
    `Check the trust policy of ${step.roleArn}: its conditions have to fit the audience and the subject of the token.`,
    'docs/identity.md has trust policies for GitHub, GitLab and Jenkins.',
  ];
}

function placeOf(token: TokenSource): string {
  switch (token.kind) {
    case 'github':
      return "GitHub's answer";
    case 'gitlab':
      return token.variable;
    case 'file':
      return token.path;
  }
}

function noIdentity(said: string, { base, missing }: Way, skew: string | null): UserError {
  const named =
    base.kind === 'sdk' && base.profile !== null
      ? `The profile ${base.profile} gives no credentials`
      : 'There are no AWS credentials here';
  return new UserError('NoIdentity', {
    message: `${named}: ${said.split(/\r?\n/)[0]}.${skew ? ` ${skew}.` : ''}`,
    nextSteps: missing ?? [
      'Sign in with single sign-on: baf login.',
      'Or name a profile with AWS_PROFILE; docs/identity.md lists the ways.',
    ],
    exitCode: ExitCode.denied,
  });
}
