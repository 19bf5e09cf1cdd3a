/** Settings and secrets kept as parameters: String and SecureString, each in its own tree. */
import type { Parameter as SdkParameter, SSMClient } from '@aws-sdk/client-ssm';
import type { ValueStore } from '../engine/value-store.js';
import type { StoredValue } from '../model/stored-value.js';
import type { Clock } from '../model/clock.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { keepSecret } from '../redaction/secrets.js';
import { awsCode, explainAwsError } from './errors.js';
import type { Pacer } from './pacer.js';
import { putOnce } from './ssm-put.js';

export interface ParameterStoreOptions {
  readonly reader: () => Promise<SSMClient>;
  /** Must not try again by itself: each PutParameter makes a version. */
  readonly writer: () => Promise<SSMClient>;
  readonly where: string;
  readonly clock: Clock;
  readonly type: 'String' | 'SecureString';
  /** Of all that is written there: AWS counts locks, tags, settings and secrets together. */
  readonly pacer: Pacer;
}

export function createParameterStore({ reader: client, writer, where, clock, type, pacer }: ParameterStoreOptions): ValueStore {
  const sdk = () => import('./sdk/ssm.js');
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw explainAwsError(error, `ssm:${name}`, where);
    }
  };
  const get = async (names: readonly string[], decrypted: boolean): Promise<StoredValue[]> => {
    const pages: Promise<StoredValue[]>[] = [];
    for (let i = 0; i < names.length; i += 10)
      pages.push(
        call('GetParameters', async () => {
          const Names = names.slice(i, i + 10);
          const page = await (
            await client()
          ).send(new (await sdk()).GetParametersCommand({ Names, ...(decrypted ? { WithDecryption: true } : {}) }));
          return (page.Parameters ?? []).map((p) => toValue(p, decrypted));
        }),
      );
    return (await Promise.all(pages)).flat();
  };
  return {
    async list(path) {
      const found: StoredValue[] = [];
      let NextToken: string | undefined;
      // A page may be empty and still carry a token.
      do {
        const page = await call('GetParametersByPath', async () =>
          (await client()).send(new (await sdk()).GetParametersByPathCommand({ Path: path, Recursive: true, NextToken })),
        );
        found.push(...(page.Parameters ?? []).map((p) => toValue(p, false)));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },
    read: (ids) => get(ids, true),
    changes: async (ids) => (await get(ids, false)).map((p) => ({ ...p, value: null })),
    async write(Name, Value, { description: Description, key, after }) {
      const input = { Name, Value, Type: type, Description, Overwrite: true, ...(key ? { KeyId: key } : {}) };
      try {
        return await putOnce(input, after, { client: writer, where, clock, pacer });
      } catch (error) {
        if (awsCode(error) === 'HierarchyTypeMismatchException')
          throw new UserError('ValueTypeTaken', {
            message: `${Name} in ${where} is there with another type than ${type}, which Parameter Store does not change.`,
            nextSteps: [`Whoever made it deletes it first: aws ssm delete-parameter --name ${Name}`],
            exitCode: ExitCode.refused,
          });
        throw explainAwsError(error, 'ssm:PutParameter', where);
      }
    },
    async remove(Name) {
      try {
        await (await client()).send(new (await sdk()).DeleteParameterCommand({ Name }));
      } catch (error) {
        if (awsCode(error) !== 'ParameterNotFound') throw explainAwsError(error, 'ssm:DeleteParameter', where);
      }
    },
  };
}

/** What is encrypted is no value until it is decrypted. */
function toValue(p: SdkParameter, decrypted: boolean): StoredValue {
  const secret = p.Type === 'SecureString';
  if (secret) keepSecret(p.Value);
  return {
    name: p.Name ?? '',
    arn: p.ARN ?? '',
    value: secret && !decrypted ? null : (p.Value ?? null),
    version: p.Version ?? null,
    updatedAt: p.LastModifiedDate?.getTime() ?? 0,
  };
}
