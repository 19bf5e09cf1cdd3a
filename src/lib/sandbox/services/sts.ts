/** STS: who am I, and sessions of roles. Parts in sts/. */
import { AwsError, type SandboxService } from '../service.js';
import { assumeRole } from './sts/assume-role.js';
import { credentialsOf, roleId } from './sts/session.js';
import { assumeRoleWithWebIdentity, prepareWebIdentity } from './sts/web-identity.js';
import { roleOf } from '../iam/rights.js';

const TWELVE_HOURS = 43_200;

export const sts: SandboxService = {
  name: 'sts',
  readOnly: ['GetCallerIdentity', 'GetAccessKeyInfo'],
  prepare: { AssumeRoleWithWebIdentity: prepareWebIdentity },
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    /** A user's id, or a role's id and the session's name. */
    GetCallerIdentity(_input, { account, callerArn, session, world }) {
      const role = session?.roleArn ? roleOf(world, session.roleArn) : null;
      const UserId = callerArn.includes(':assumed-role/')
        ? `${roleId(role)}:${callerArn.split('/').at(-1)}`
        : `AIDA${account}SANDBOX`;
      return { Account: account, Arn: callerArn, UserId };
    },
    GetSessionToken(
      { DurationSeconds = TWELVE_HOURS }: { DurationSeconds?: number },
      { world, now, session, account, callerArn },
    ) {
      if (session) throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
      return {
        Credentials: credentialsOf(world, { account, arn: callerArn, issuedAt: now, expiresAt: now + DurationSeconds * 1000 }),
      };
    },
    GetAccessKeyInfo: ({ AccessKeyId }: { AccessKeyId: string }, { world, account }) => ({
      Account: world.session(AccessKeyId)?.account ?? account,
    }),
  },
};
