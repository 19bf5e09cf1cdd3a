/** Where secrets are kept. */
export type StoreName = 'ssm' | 'secretsmanager';

/** A setting or a secret as its store tells it: `updatedAt` in milliseconds since the epoch. */
export interface StoredValue {
  /** Name of the parameter or the secret, and its ARN. */
  readonly name: string;
  readonly arn: string;
  /** Null where it was not asked for, or may not be seen. */
  readonly value: string | null;
  /** Number of a parameter's version; Secrets Manager counts none. */
  readonly version: number | null;
  readonly updatedAt: number;
}

export interface RunningTask {
  readonly id: string;
  /** Its secrets were read soon after: milliseconds since the epoch. */
  readonly createdAt: number;
}
