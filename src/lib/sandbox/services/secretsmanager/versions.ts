/** Versions of a secret's value, and the stages that name them. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { seal, unseal } from '../sealed.js';
import { badParameter, badRequest, needLive, needSecret, notFound, withStage, type Secret, type SecretVersion } from './state.js';

export interface Value {
  SecretString?: string;
  SecretBinary?: Uint8Array;
}
const MAX_VERSIONS = 100;

export const hasValue = ({ SecretString, SecretBinary }: Value): boolean =>
  SecretString !== undefined || SecretBinary !== undefined;

/** `8-4-4-4-12`, as the SDK makes tokens. */
export function tokenOf(context: CallContext): string {
  const hex = context.id(32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const tokenTaken = (token: string, { arn }: Secret): AwsError =>
  new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );

/** Whether a version holds that very value: then the same token asks for nothing new. */
export function holds({ cell }: CallContext, { text, binary }: SecretVersion, value: Value): boolean {
  const asked = value.SecretBinary === undefined ? null : Buffer.from(value.SecretBinary).toString('base64');
  return (text === null ? null : unseal(cell, text)) === (value.SecretString ?? null) && //
    (binary === null ? null : unseal(cell, binary)) === asked; // prettier-ignore
}

/** Adds a version, or finds the one that the same token made with the same value. */
export function addVersion(context: CallContext, secret: Secret, value: Value, token: string, stages: readonly string[]): string {
  if (value.SecretString !== undefined && value.SecretBinary !== undefined)
    throw badParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  const there = secret.versions.find(({ id }) => id === token);
  if (there && !holds(context, there, value)) throw tokenTaken(token, secret);
  if (there) return token;
  const sealed = (text: string | null): string | null => (text === null ? null : seal(context.cell, text, context.id(24)));
  secret.versions.push({
    id: token,
    text: sealed(value.SecretString ?? null),
    binary: sealed(value.SecretBinary ? Buffer.from(value.SecretBinary).toString('base64') : null),
    stages: [],
    createdAt: context.now,
    usedAt: null,
  });
  secret.changedAt = context.now;
  for (const stage of stages) moveStage(secret, stage, token);
  forgetOldest(secret);
  return token;
}

/** A stage stands at one version. What was current becomes the previous one. */
export function moveStage(secret: Secret, stage: string, to: string | null): void {
  const from = withStage(secret, stage);
  const target = secret.versions.find(({ id }) => id === to);
  if (from && from === target) return;
  if (from) from.stages = from.stages.filter((s) => s !== stage);
  target?.stages.push(stage);
  if (stage === 'AWSCURRENT' && from && target) {
    target.stages = target.stages.filter((s) => s !== 'AWSPREVIOUS');
    moveStage(secret, 'AWSPREVIOUS', from.id);
  }
}

/** Versions without a stage are deprecated: AWS drops them when there are more than a hundred. */
function forgetOldest(secret: Secret): void {
  while (secret.versions.length > MAX_VERSIONS) {
    const index = secret.versions.findIndex(({ stages }) => stages.length === 0);
    if (index < 0) return;
    secret.versions.splice(index, 1);
  }
}

interface GetInput {
  SecretId: string;
  VersionId?: string;
  VersionStage?: string;
}

export function getValue({ SecretId, VersionId, VersionStage }: GetInput, context: CallContext): object {
  const secret = needLive(context.cell, SecretId);
  const stage = VersionStage ?? 'AWSCURRENT';
  const version = VersionId ? secret.versions.find(({ id }) => id === VersionId) : withStage(secret, stage);
  if (!version)
    throw notFound(`the specified secret value for ${VersionId ? `VersionId: ${VersionId}` : `staging label: ${stage}`}`);
  if (VersionId && VersionStage && !version.stages.includes(VersionStage))
    throw badRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  // AWS tells the day of the last use, not the moment.
  const day = context.now - (context.now % 86_400_000);
  version.usedAt = day;
  secret.usedAt = day;
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(version.text === null ? {} : { SecretString: unseal(context.cell, version.text) }),
    ...(version.binary === null ? {} : { SecretBinary: Buffer.from(unseal(context.cell, version.binary), 'base64') }),
    VersionStages: [...version.stages],
    CreatedDate: new Date(version.createdAt),
  };
}

interface PutInput extends Value {
  SecretId: string;
  ClientRequestToken?: string;
  VersionStages?: string[];
}

export const versionOperations: Readonly<Record<string, Operation>> = {
  GetSecretValue: getValue,
  PutSecretValue(input: PutInput, context) {
    const secret = needLive(context.cell, input.SecretId);
    if (!hasValue(input)) throw badRequest('You must provide either SecretString or SecretBinary.');
    // The first value is current, whatever it is called.
    const stages = [...new Set([...(input.VersionStages ?? ['AWSCURRENT']), ...(secret.versions.length ? [] : ['AWSCURRENT'])])];
    const id = addVersion(context, secret, input, input.ClientRequestToken ?? tokenOf(context), stages);
    const version = secret.versions.find((v) => v.id === id)!;
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: [...version.stages] };
  },
  UpdateSecretVersionStage(
    input: { SecretId: string; VersionStage: string; RemoveFromVersionId?: string; MoveToVersionId?: string },
    { cell },
  ) {
    const secret = needLive(cell, input.SecretId);
    const { VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
    const known = (id: string | undefined): boolean => id === undefined || secret.versions.some((v) => v.id === id);
    if (!known(from)) throw badParameter(`Not a valid version: ${from}`);
    if (!known(to)) throw badParameter(`Not a valid version: ${to}`);
    const holder = withStage(secret, stage);
    if (from === undefined && holder && holder.id !== to)
      throw badParameter(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    if (from !== undefined && holder?.id !== from)
      throw badParameter(`The staging label ${stage} is not attached to version ${from} in RemoveFromVersionId.`);
    if (stage === 'AWSCURRENT' && to === undefined)
      throw badParameter(
        'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
      );
    moveStage(secret, stage, to ?? null);
    return { ARN: secret.arn, Name: secret.name };
  },
  ListSecretVersionIds(
    input: { SecretId: string; IncludeDeprecated?: boolean; MaxResults?: number; NextToken?: string },
    { cell },
  ) {
    const secret = needSecret(cell, input.SecretId);
    const shown = secret.versions.filter(({ stages }) => input.IncludeDeprecated || stages.length > 0).reverse();
    const { items, token } = page(shown, input.NextToken, input.MaxResults ?? 100, badToken);
    return {
      Versions: items.map((version) => ({
        VersionId: version.id,
        ...(version.stages.length ? { VersionStages: [...version.stages] } : {}),
        ...(version.usedAt === null ? {} : { LastAccessedDate: new Date(version.usedAt) }),
        CreatedDate: new Date(version.createdAt),
        KmsKeyIds: [secret.keyId ?? 'DefaultEncryptionKey'],
      })),
      NextToken: token,
      ARN: secret.arn,
      Name: secret.name,
    };
  },
};

export const badToken = (): AwsError => new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
