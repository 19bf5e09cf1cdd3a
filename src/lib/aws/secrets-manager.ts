/** The only place that calls Secrets Manager. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ValueStore } from '../engine/value-store.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { StoredValue } from '../model/stored-value.js';
import { keepSecret } from '../redaction/secrets.js';
import { awsCode, explainAwsError } from './errors.js';

export function createSecretStore(client: () => Promise<SecretsManagerClient>, where: string): ValueStore {
  const sdk = () => import('./sdk/secrets-manager.js');
  const explained = (error: unknown, call: string, id: string): UserError =>
    awsCode(error) === 'InvalidRequestException' && /deletion|deleted/i.test((error as Error).message)
      ? new UserError('SecretDeleted', {
          message: `${id} in ${where} is scheduled for deletion.`,
          nextSteps: [`Restore it first: aws secretsmanager restore-secret --secret-id ${id}`],
          exitCode: ExitCode.failed,
        })
      : explainAwsError(error, `secretsmanager:${call}`, where);
  /** Null where there is none. */
  const present = async <T>(name: string, id: string, act: () => Promise<T>): Promise<T | null> => {
    try {
      return await act();
    } catch (error) {
      if (awsCode(error) === 'ResourceNotFoundException') return null;
      throw explained(error, name, id);
    }
  };
  const all = async (ids: readonly string[], one: (id: string) => Promise<StoredValue | null>): Promise<StoredValue[]> =>
    (await Promise.all(ids.map(one))).filter((value) => value !== null);
  return {
    async list(path) {
      const found: StoredValue[] = [];
      let NextToken: string | undefined;
      try {
        do {
          const page = await (
            await client()
          ).send(
            new (await sdk()).ListSecretsCommand({
              Filters: [{ Key: 'name', Values: [`${path}/`] }],
              MaxResults: 100,
              NextToken,
            }),
          );
          for (const s of page.SecretList ?? [])
            found.push({
              name: s.Name ?? '',
              arn: s.ARN ?? '',
              value: null,
              version: null,
              updatedAt: (s.LastChangedDate ?? s.CreatedDate)?.getTime() ?? 0,
            });
          NextToken = page.NextToken;
        } while (NextToken);
      } catch (error) {
        throw explained(error, 'ListSecrets', path);
      }
      return found;
    },
    read: (ids, version) =>
      all(ids, (SecretId) =>
        present('GetSecretValue', SecretId, async () => {
          const answer = await (
            await client()
          ).send(
            new (await sdk()).GetSecretValueCommand({
              SecretId,
              ...(version?.stage ? { VersionStage: version.stage } : {}),
              ...(version?.id ? { VersionId: version.id } : {}),
            }),
          );
          keepSecret(answer.SecretString);
          return {
            name: answer.Name ?? '',
            arn: answer.ARN ?? '',
            value: answer.SecretString ?? null,
            version: null,
            updatedAt: answer.CreatedDate?.getTime() ?? 0,
          };
        }),
      ),
    changes: (ids) =>
      all(ids, (SecretId) =>
        present('ListSecretVersionIds', SecretId, async () => {
          // The secret's own date moves with its tags and its description, too.
          let NextToken: string | undefined;
          do {
            const page = await (
              await client()
            ).send(new (await sdk()).ListSecretVersionIdsCommand({ SecretId, MaxResults: 100, NextToken }));
            const current = (page.Versions ?? []).find((v) => v.VersionStages?.includes('AWSCURRENT'));
            if (current)
              return {
                name: page.Name ?? '',
                arn: page.ARN ?? '',
                value: null,
                version: null,
                updatedAt: current.CreatedDate?.getTime() ?? 0,
              };
            NextToken = page.NextToken;
          } while (NextToken);
          return null;
        }),
      ),
    async write(name, SecretString, { description: Description, key }) {
      const KmsKeyId = key ? { KmsKeyId: key } : {};
      const { CreateSecretCommand, UpdateSecretCommand } = await sdk();
      const updated = await present('UpdateSecret', name, async () =>
        (await client()).send(new UpdateSecretCommand({ SecretId: name, SecretString, Description, ...KmsKeyId })),
      );
      if (updated) return null;
      try {
        await (await client()).send(new CreateSecretCommand({ Name: name, SecretString, Description, ...KmsKeyId }));
        return null;
      } catch (error) {
        throw explained(error, 'CreateSecret', name);
      }
    },
    async remove(SecretId) {
      // AWS keeps it for thirty days, to come back.
      await present('DeleteSecret', SecretId, async () =>
        (await client()).send(new (await sdk()).DeleteSecretCommand({ SecretId })),
      );
    },
  };
}
