/** Secrets Manager: secrets, their versions and stages, and deletion with a window to come back. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { tagsOf, untag, type Tag } from './records.js';
import { listOperations, showSecret } from './secretsmanager/list.js';
import { randomPassword } from './secretsmanager/password.js';
import {
  badParameter,
  badRequest,
  findSecret,
  needLive,
  needSecret,
  slice,
  stagesOf,
  type Secret,
} from './secretsmanager/state.js';
import { addVersion, hasValue, holds, tokenOf, tokenTaken, versionOperations, type Value } from './secretsmanager/versions.js';

const DAY_MS = 86_400_000;
const MAX_TAGS = 50;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

interface CreateInput extends Value {
  Name: string;
  ClientRequestToken?: string;
  Description?: string;
  KmsKeyId?: string;
  Tags?: Tag[];
}

function create(input: CreateInput, context: CallContext): object {
  const { cell, now } = context;
  if (!/^[a-zA-Z0-9/_+=.@!-]{1,512}$/.test(input.Name))
    throw new AwsError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  const token = input.ClientRequestToken ?? tokenOf(context);
  const there = Object.values(slice(cell).secrets).find(({ name }) => name === input.Name);
  if (there) return again(context, there, input, token);
  if (Object.keys(tagsOf(input.Tags)).length > MAX_TAGS) throw tooManyTags();
  const suffix = Array.from({ length: 6 }, () => LETTERS[parseInt(context.id(8), 16) % LETTERS.length]).join('');
  const secret: Secret = {
    name: input.Name,
    arn: `arn:aws:secretsmanager:${cell.region}:${cell.account}:secret:${input.Name}-${suffix}`,
    description: input.Description,
    keyId: input.KmsKeyId,
    tags: tagsOf(input.Tags),
    policy: null,
    createdAt: now,
    changedAt: now,
    usedAt: null,
    deletedAt: null,
    versions: [],
  };
  if (hasValue(input)) addVersion(context, secret, input, token, ['AWSCURRENT']);
  slice(cell).secrets[secret.arn] = secret;
  return shown(secret, hasValue(input) ? token : undefined);
}

/** The same token with the same value asks for what is there already. */
function again(context: CallContext, there: Secret, input: CreateInput, token: string): object {
  if (there.deletedAt !== null)
    throw badRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
  const version = there.versions.find(({ id }) => id === token);
  if (version && !holds(context, version, input)) throw tokenTaken(token, there);
  if (version) return shown(there, token);
  throw new AwsError('ResourceExistsException', `The operation failed because the secret ${input.Name} already exists.`);
}

const shown = ({ arn, name }: Secret, version?: string): object => ({
  ARN: arn,
  Name: name,
  ...(version ? { VersionId: version } : {}),
});
function forget(cell: Cell, arn: string): void {
  delete slice(cell).secrets[arn];
  delete slice(cell).leaving[arn];
}
const tooManyTags = (): AwsError => badParameter('The request exceeds the maximum number of tags of a secret.');

export const secretsmanager: SandboxService = {
  name: 'secretsmanager',
  operations: {
    CreateSecret: create,
    ...versionOperations,
    ...listOperations,
    GetRandomPassword: randomPassword,
    DescribeSecret(input: { SecretId: string }, { cell }) {
      const secret = needSecret(cell, input.SecretId);
      const stages = stagesOf(secret);
      return { ...showSecret(secret), ...(Object.keys(stages).length ? { VersionIdsToStages: stages } : {}) };
    },
    UpdateSecret(
      input: Value & { SecretId: string; ClientRequestToken?: string; Description?: string; KmsKeyId?: string },
      context,
    ) {
      const secret = needLive(context.cell, input.SecretId);
      const id = hasValue(input)
        ? addVersion(context, secret, input, input.ClientRequestToken ?? tokenOf(context), ['AWSCURRENT'])
        : undefined;
      secret.description = input.Description ?? secret.description;
      secret.keyId = input.KmsKeyId ?? secret.keyId;
      secret.changedAt = context.now;
      return shown(secret, id);
    },
    DeleteSecret(
      input: { SecretId: string; RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean },
      { cell, now },
    ) {
      const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = input;
      if (force && days !== undefined)
        throw badParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
      if (days !== undefined && (days < 7 || days > 30))
        throw badParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
      const secret = findSecret(cell, input.SecretId);
      if (!secret && force) {
        // AWS answers as if it had been there.
        const isArn = input.SecretId.startsWith('arn:');
        const arn = isArn ? input.SecretId : `arn:aws:secretsmanager:${cell.region}:${cell.account}:secret:${input.SecretId}`;
        return { ARN: arn, Name: arn.split(':secret:').at(-1), DeletionDate: new Date(now) };
      }
      const there = force ? secret! : needLive(cell, input.SecretId);
      there.deletedAt = now;
      const goesAt = force ? now : now + (days ?? 30) * DAY_MS;
      if (force) forget(cell, there.arn);
      else slice(cell).leaving[there.arn] = goesAt;
      return { ...shown(there), DeletionDate: new Date(goesAt) };
    },
    RestoreSecret(input: { SecretId: string }, { cell }) {
      const secret = needSecret(cell, input.SecretId);
      secret.deletedAt = null;
      delete slice(cell).leaving[secret.arn];
      return shown(secret);
    },
    TagResource(input: { SecretId: string; Tags: Tag[] }, { cell }) {
      const secret = needLive(cell, input.SecretId);
      const tags = { ...secret.tags, ...tagsOf(input.Tags) };
      if (Object.keys(tags).length > MAX_TAGS) throw tooManyTags();
      secret.tags = tags;
      return {};
    },
    UntagResource(input: { SecretId: string; TagKeys: string[] }, { cell }) {
      untag(needLive(cell, input.SecretId).tags, input.TagKeys);
      return {};
    },
    GetResourcePolicy(input: { SecretId: string }, { cell }) {
      const secret = needSecret(cell, input.SecretId);
      return { ...shown(secret), ...(secret.policy === null ? {} : { ResourcePolicy: secret.policy }) };
    },
    PutResourcePolicy(input: { SecretId: string; ResourcePolicy: string }, { cell }) {
      const secret = needLive(cell, input.SecretId);
      try {
        if (!(JSON.parse(input.ResourcePolicy) as { Statement?: unknown } | null)?.Statement) throw new Error('no statement');
      } catch {
        throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid Json');
      }
      secret.policy = input.ResourcePolicy;
      return shown(secret);
    },
    DeleteResourcePolicy(input: { SecretId: string }, { cell }) {
      const secret = needLive(cell, input.SecretId);
      secret.policy = null;
      return shown(secret);
    },
  },
  nextEventAt(cell) {
    const ends = Object.values(slice(cell).leaving);
    return ends.length === 0 ? null : ends.reduce((a, b) => Math.min(a, b));
  },
  advance(cell, now) {
    for (const [arn, goesAt] of Object.entries(slice(cell).leaving)) if (goesAt <= now) forget(cell, arn);
  },
};
