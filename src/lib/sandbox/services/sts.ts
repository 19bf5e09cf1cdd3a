/** STS: who am I, and a session of a role in any account of the platform. */
import { AwsError, type SandboxService } from '../service.js';

const ROLE_ID = 'AROASANDBOX000000000';
const ROLE = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/;

/** A user's id, or a role's id and the session's name. */
const userId = (account: string, arn: string): string =>
  arn.includes(':assumed-role/') ? `${ROLE_ID}:${arn.split('/').at(-1)}` : `AIDA${account}SANDBOX`;

const unfit = (value: string | number, member: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

export const sts: SandboxService = {
  name: 'sts',
  operations: {
    GetCallerIdentity(_input, { account, callerArn }) {
      return { Account: account, Arn: callerArn, UserId: userId(account, callerArn) };
    },
    AssumeRole(input: { RoleArn?: string; RoleSessionName?: string; DurationSeconds?: number }, { world, now, callerArn }) {
      const { RoleArn = '', RoleSessionName = '', DurationSeconds = 3600 } = input;
      const role = ROLE.exec(RoleArn);
      if (!role) throw new AwsError('ValidationError', `${RoleArn} is invalid`);
      if (RoleSessionName.length < 2) throw unfit(RoleSessionName, 'roleSessionName', 'have length greater than or equal to 2');
      if (RoleSessionName.length > 64) throw unfit(RoleSessionName, 'roleSessionName', 'have length less than or equal to 64');
      if (!/^[\w+=,.@-]*$/.test(RoleSessionName))
        throw unfit(RoleSessionName, 'roleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*');
      if (DurationSeconds < 900) throw unfit(DurationSeconds, 'durationSeconds', 'have value greater than or equal to 900');
      if (DurationSeconds > 43_200) throw unfit(DurationSeconds, 'durationSeconds', 'have value less than or equal to 43200');
      const [, account, name] = role as unknown as [string, string, string];
      if (!world.hasAccount(account))
        throw new AwsError(
          'AccessDenied',
          `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
          403,
        );
      const arn = `arn:aws:sts::${account}:assumed-role/${name}/${RoleSessionName}`;
      const expiresAt = now + DurationSeconds * 1000;
      const made = world.createSession({ account, arn, expiresAt });
      return {
        Credentials: {
          AccessKeyId: made.accessKeyId,
          SecretAccessKey: made.secretAccessKey,
          SessionToken: made.sessionToken,
          Expiration: new Date(expiresAt),
        },
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `${ROLE_ID}:${RoleSessionName}` },
      };
    },
  },
};
