/** PutParameter: a new parameter, or a new version of one. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { entry, tagsOf, type Tag } from '../records.js';
import { seal } from '../sealed.js';
import { checkName } from './names.js';
import { expiryOf, parsePolicies } from './policies.js';
import { defaultTier } from './settings.js';
import {
  DELETED_FOR_MS,
  invalid,
  latest,
  lookUp,
  nameOf,
  newest,
  slice,
  type Policy,
  type Stored,
  type Version,
} from './state.js';

interface PutInput {
  Name: string;
  Value: string;
  Type?: string;
  Description?: string;
  Overwrite?: boolean;
  AllowedPattern?: string;
  Tags?: Tag[];
  Tier?: string;
  DataType?: string;
  KeyId?: string;
  Policies?: string;
}

const MAX_VERSIONS = 100;
const MAX_PARAMETERS: Readonly<Record<string, number>> = { Standard: 10_000, Advanced: 100_000 };
const MAX_TAGS = 50;
const CONCURRENT_MS = 100;
const DATA_TYPES = ['text', 'aws:ec2:image', 'aws:ssm:integration'];

export function put(input: PutInput, context: CallContext): object {
  const { cell, now, callerArn } = context;
  const name = nameOf(cell, input.Name);
  checkName(cell, name);
  const stored = lookUp(cell, name);
  const before = stored && newest(stored);
  checkOverwrite(input, stored, context);
  const type = typeOf(input, before);
  const dataType = dataTypeOf(input, type);
  if (input.Value.length === 0)
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  if (/\{\{.*\}\}/s.test(input.Value))
    throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  const policies = input.Policies === undefined ? carriedOver(before, now) : parsePolicies(input.Policies, now);
  const tier = tierOf(input, before?.tier, policies, defaultTier(cell));
  const allowedPattern = input.AllowedPattern ?? before?.allowedPattern;
  checkPattern(input.Value, allowedPattern);
  if (!stored || before?.tier !== tier) checkRoom(cell, tier);
  const version: Version = {
    value: type === 'SecureString' ? seal(cell, input.Value, context.id(24)) : input.Value,
    type,
    at: now,
    by: callerArn,
    description: input.Description ?? before?.description,
    labels: [],
    dataType,
    tier,
    allowedPattern,
    keyId: type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
    policies,
  };
  // An image is looked at after the answer: where it is none, the write leaves nothing behind.
  if (dataType === 'aws:ec2:image' && !/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(input.Value))
    return { Version: stored ? latest(stored) + 1 : 1, Tier: tier };
  const target = stored ?? { first: 1, versions: [], tags: tagsOf(input.Tags) };
  dropOldest(name, target);
  target.versions.push(version);
  const { parameters, expires, deleted } = slice(cell);
  parameters[name] = target;
  delete deleted[name];
  const end = expiryOf(version.policies);
  if (end === null) delete expires[name];
  else expires[name] = end;
  return { Version: latest(target), Tier: tier };
}

/** Policies stay through an overwrite; the notice of no change counts from the new version on. */
const carriedOver = (before: Version | undefined, now: number): Policy[] =>
  (before?.policies ?? []).map((p) => (p.type === 'NoChangeNotification' ? { ...p, at: p.at - before!.at + now } : p));

const concurrent = (): AwsError =>
  new AwsError('TooManyUpdates', 'There are concurrent updates for a resource that supports one update at a time.');
const exists = (): AwsError =>
  new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );

function checkOverwrite({ Overwrite = false, Tags, Name }: PutInput, stored: Stored | undefined, context: CallContext): void {
  if (Overwrite && Tags?.length)
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  if ((Tags?.length ?? 0) > MAX_TAGS)
    throw new AwsError('TooManyTagsError', 'The request exceeds the maximum number of tags of a resource.');
  if (stored && !Overwrite) throw exists();
  const { cell, now, callerArn } = context;
  const last = stored && newest(stored);
  // Two writers at the same moment: one caller's own writes follow each other, because each waits for its answer.
  if (last && last.by !== callerArn && now - last.at < CONCURRENT_MS) throw concurrent();
  const gone = entry(slice(cell).deleted, nameOf(cell, Name));
  if (!stored && gone !== undefined && now - gone < DELETED_FOR_MS) throw Overwrite ? concurrent() : exists();
}

function typeOf({ Type }: PutInput, before: Version | undefined): string {
  const type = Type ?? before?.type;
  if (!type) throw invalid('A parameter type is required when you create a parameter.');
  if (!['String', 'StringList', 'SecureString'].includes(type))
    throw new AwsError('UnsupportedParameterType', `The parameter type ${type} is not supported.`);
  if (before && before.type !== type)
    throw new AwsError(
      'HierarchyTypeMismatchException',
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
    );
  return type;
}

function dataTypeOf({ DataType = 'text' }: PutInput, type: string): string {
  if (!DATA_TYPES.includes(DataType))
    throw invalid(`The following data type is not supported: ${DataType} (Data type names are all lowercase.)`);
  if (DataType === 'aws:ec2:image' && type !== 'String')
    throw invalid('The data type aws:ec2:image is supported for parameters of type String only.');
  return DataType;
}

/** The tier a value is kept in: what was asked for, what it had, or what it needs. */
function tierOf(input: PutInput, before: string | undefined, policies: readonly Policy[], initial: string): string {
  const bytes = Buffer.byteLength(input.Value);
  const asked = input.Tier ?? (before ? undefined : initial);
  if (asked === 'Standard' && before === 'Advanced')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  const needed = bytes > 4096 || policies.length > 0 ? 'Advanced' : before;
  const tier = (asked === 'Intelligent-Tiering' ? needed : (asked ?? before)) ?? 'Standard';
  if (tier === 'Advanced' && bytes > 8192)
    throw invalid('Advanced tier parameters support a maximum parameter value of 8192 characters.');
  if (tier === 'Standard' && bytes > 4096)
    throw invalid(
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
    );
  if (tier === 'Standard' && policies.length > 0)
    throw invalid(
      'Parameter policies are supported for advanced parameters only. To use policies, upgrade the parameter to the advanced-parameter tier.',
    );
  return tier;
}

function checkPattern(value: string, pattern: string | undefined): void {
  if (!pattern) return;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    throw new AwsError('InvalidAllowedPatternException', "The request doesn't meet the regular expression requirement.");
  }
  if (!expression.test(value))
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
}

function checkRoom(cell: Cell, tier: string): void {
  const limit = MAX_PARAMETERS[tier]!;
  const all = Object.values(slice(cell).parameters);
  if (all.length < limit || all.filter((stored) => newest(stored).tier === tier).length < limit) return;
  throw new AwsError(
    'ParameterLimitExceeded',
    'You have exceeded the number of parameters for this Amazon Web Services account. Delete one or more parameters and try again.',
  );
}

/** A hundred versions are kept; the oldest makes room unless it carries a label. */
function dropOldest(name: string, target: Stored): void {
  if (target.versions.length < MAX_VERSIONS) return;
  if (target.versions[0]!.labels.length > 0)
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${target.first}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  target.versions.shift();
  target.first++;
}
