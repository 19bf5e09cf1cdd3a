/** STS: who am I, and a session of a role in any account of the platform. */
import { AwsError, type SandboxService } from '../service.js';

const ROLE = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/;

export const sts: SandboxService = {
  name: 'sts',
  operations: {
    GetCallerIdentity(_input, { account, callerArn }) {
      return { Account: account, Arn: callerArn, UserId: `AIDA${account}SANDBOX` };
    },
    AssumeRole(input: { RoleArn?: string; RoleSessionName?: string; DurationSeconds?: number }, { world, now, callerArn }) {
      const { RoleArn = '', RoleSessionName = '', DurationSeconds = 3600 } = input;
      const role = ROLE.exec(RoleArn);
      if (!role) throw new AwsError('ValidationError', `${RoleArn} is invalid`);
      if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName))
        throw new AwsError(
          'ValidationError',
          `1 validation error detected: Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
        );
      if (DurationSeconds < 900 || DurationSeconds > 43_200)
        throw new AwsError(
          'ValidationError',
          `1 validation error detected: Value '${DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`,
        );
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
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `AROASANDBOX000000000:${RoleSessionName}` },
      };
    },
  },
};
