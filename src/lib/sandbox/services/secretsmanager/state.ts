/** What Secrets Manager keeps for an account and region: values sealed, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';

export interface SecretVersion {
  id: string;
  /** Sealed; null for the other kind. */
  text: string | null;
  binary: string | null;
  stages: string[];
  createdAt: number;
  usedAt: number | null;
}
export interface Secret {
  name: string;
  arn: string;
  description: string | undefined;
  keyId: string | undefined;
  tags: Record<string, string>;
  policy: string | null;
  createdAt: number;
  changedAt: number;
  usedAt: number | null;
  /** When it was marked for deletion. */
  deletedAt: number | null;
  /** Oldest first. */
  versions: SecretVersion[];
}
interface SecretsSlice {
  /** By ARN. */
  secrets: Record<string, Secret>;
  /** When each secret goes that is marked for deletion, by ARN. */
  leaving: Record<string, number>;
}
export const slice = (cell: Cell): SecretsSlice => cell.slice('secretsmanager', () => ({ secrets: {}, leaving: {} }));

export const notFound = (what = 'the specified secret.'): AwsError =>
  new AwsError('ResourceNotFoundException', `Secrets Manager can't find ${what}`);
export const badRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);
export const badParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** By name, ARN, or ARN without the six characters that AWS adds. */
export function findSecret(cell: Cell, reference: string): Secret | null {
  const all = Object.values(slice(cell).secrets);
  const fits = ({ arn, name }: Secret): boolean => arn === reference || name === reference || arn.slice(0, -7) === reference;
  return all.find(fits) ?? null;
}

export function needSecret(cell: Cell, reference: string): Secret {
  const found = findSecret(cell, reference);
  if (!found) throw notFound();
  return found;
}

/** One that is not marked for deletion. */
export function needLive(cell: Cell, reference: string): Secret {
  const found = needSecret(cell, reference);
  if (found.deletedAt !== null)
    throw badRequest("You can't perform this operation on the secret because it was marked for deletion.");
  return found;
}

export const withStage = (secret: Secret, stage: string): SecretVersion | undefined =>
  secret.versions.find((version) => version.stages.includes(stage));

export const stagesOf = (secret: Secret): Record<string, string[]> =>
  Object.fromEntries(secret.versions.filter((v) => v.stages.length > 0).map((v) => [v.id, [...v.stages]]));
