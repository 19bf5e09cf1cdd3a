/** Takes the steps to a role: web identity, a permission set, AssumeRole. */
import type { AssumeRoleCommandInput, AssumeRoleWithWebIdentityCommandInput, STSClient } from '@aws-sdk/client-sts';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Labels } from '../identity/labels.js';
import type { Asked, Credentials, TakeStep } from '../identity/roles.js';
import { renewable, type Base, type Step, type TokenSource } from '../identity/way.js';
import { awsCode } from './errors.js';
import type { SsoGateway } from './sso.js';

export interface TakeOptions {
  readonly base: Base;
  /** `from` as in `sts`: who it is may have to be asked of AWS. */
  readonly labels: (from: Credentials | null | 'none') => Promise<Labels>;
  /** A client of STS: with these credentials, with those of the base (null), or with none (web identity). */
  readonly sts: (from: Credentials | null | 'none') => Promise<STSClient>;
  readonly token: (source: TokenSource) => Promise<string>;
  readonly sso: (() => Promise<SsoGateway>) | null;
}

const HOUR = 3600;
/** Where a token cannot be had anew: as long as the role gives. What a role gives is not told, and its refusal costs a call. */
const LADDER = [12, 8, 6, 4, 2, 1].map((hours) => hours * HOUR);
/** A token may end while STS stalls: so often is it minted anew. */
const MINTS = 3;

type AssumeStep = Extract<Step, { kind: 'assume' }>;
type TokenStep = Extract<Step, { kind: 'web-identity' }>;

export function toAssumeRoleInput(step: AssumeStep, labels: Labels, asked: Asked): AssumeRoleCommandInput {
  const tags = { none: [], identity: labels.identityTags, all: [...labels.identityTags, ...labels.optionalTags] }[asked.tags];
  return {
    RoleArn: step.roleArn,
    RoleSessionName: labels.name,
    // A role that is assumed from a role lasts an hour at most; what is renewed needs no more.
    DurationSeconds: HOUR,
    ...(step.externalId === null ? {} : { ExternalId: step.externalId }),
    ...(asked.sourceIdentity ? { SourceIdentity: labels.sourceIdentity } : {}),
    ...(tags.length > 0 ? { Tags: [...tags] } : {}),
  };
}

export const toWebIdentityInput = (
  step: TokenStep,
  labels: Labels,
  token: string,
  seconds: number,
): AssumeRoleWithWebIdentityCommandInput => ({
  RoleArn: step.roleArn,
  RoleSessionName: labels.name,
  WebIdentityToken: token,
  DurationSeconds: seconds,
});

export function createTakeStep({ base, labels, sts, token, sso }: TakeOptions): TakeStep {
  const mints = renewable(base) ? MINTS : 1;
  const ladder = renewable(base) ? [HOUR] : [...LADDER];
  const sets = new Map<string, Promise<string>>();

  const webIdentity = async (step: TokenStep): Promise<Credentials> => {
    const { AssumeRoleWithWebIdentityCommand } = await import('./sdk/sts.js');
    const [client, own] = await Promise.all([sts('none'), labels('none')]);
    for (let minted = 1, text = await token(step.token); ;) {
      const seconds = ladder[0]!;
      try {
        return fromSts(await client.send(new AssumeRoleWithWebIdentityCommand(toWebIdentityInput(step, own, text, seconds))));
      } catch (error) {
        if (tooLong(error) && seconds > HOUR) {
          // Others may have found out meanwhile.
          if (ladder[0] === seconds) ladder.shift();
        } else if (awsCode(error) === 'ExpiredTokenException' && minted < mints) {
          minted++;
          text = await token(step.token);
        } else throw withClaims(error, text);
      }
    }
  };

  /** Where the platform names no permission set, there has to be one only. */
  const theOnlySet = async (gateway: SsoGateway, accountId: string): Promise<string> => {
    const names = await gateway.permissionSets(accountId);
    if (names.length === 1) return names[0]!;
    throw names.length === 0 ? noSet(accountId) : manySets(accountId, names);
  };

  return async (step, from, asked) => {
    switch (step.kind) {
      case 'web-identity':
        return webIdentity(step);
      case 'permission-set': {
        const gateway = await sso!();
        let name: string;
        if (step.role === null) {
          const found = sets.get(step.accountId) ?? theOnlySet(gateway, step.accountId);
          sets.set(step.accountId, found);
          found.catch(() => sets.delete(step.accountId));
          name = await found;
        } else name = step.role;
        return gateway.roleCredentials(step.accountId, name);
      }
      case 'assume': {
        const { AssumeRoleCommand } = await import('./sdk/sts.js');
        const input = toAssumeRoleInput(step, await labels(from), asked);
        return fromSts(await (await sts(from)).send(new AssumeRoleCommand(input)));
      }
    }
  };
}

interface Answer {
  readonly Credentials?:
    | {
        readonly AccessKeyId: string | undefined;
        readonly SecretAccessKey: string | undefined;
        readonly SessionToken: string | undefined;
        readonly Expiration: Date | undefined;
      }
    | undefined;
}

const fromSts = ({ Credentials: c }: Answer): Credentials => ({
  accessKeyId: c?.AccessKeyId ?? '',
  secretAccessKey: c?.SecretAccessKey ?? '',
  ...(c?.SessionToken ? { sessionToken: c.SessionToken } : {}),
  ...(c?.Expiration ? { expiration: c.Expiration } : {}),
});

/** STS says so in the message of a ValidationError only. */
const tooLong = (error: unknown): boolean =>
  awsCode(error).startsWith('ValidationError') && /MaxSessionDuration/.test((error as Error).message);

/** A refusal is understood by what the token says, which is no secret; the token itself goes nowhere. */
const refusedClaims = new WeakMap<object, string>();

function withClaims(error: unknown, token: string): unknown {
  if (error instanceof Error) refusedClaims.set(error, token.split('.')[1] ?? '');
  return error;
}

/** The middle part of the token that was refused, or null. */
export const claimsPart = (error: unknown): string | null => (error instanceof Error ? (refusedClaims.get(error) ?? null) : null);

const noSet = (accountId: string): UserError =>
  new UserError('AccessDenied', {
    message: `Your login has no permission set in the account ${accountId}, where the chain of roles begins.`,
    nextSteps: ['Ask for one, or name another account in the platform file: identity.sso.account.'],
    exitCode: ExitCode.denied,
  });

const manySets = (accountId: string, names: readonly string[]): UserError =>
  new UserError('PermissionSetUnclear', {
    message: `Your login has ${names.length} permission sets in the account ${accountId}: ${names.join(', ')}.`,
    nextSteps: [
      'Name the one that baf shall use in the platform file: identity.sso.role (with identity.sso.account for a chain).',
    ],
    exitCode: ExitCode.usage,
  });
