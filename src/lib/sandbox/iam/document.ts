/** Policy documents: read into one form, and refused as IAM refuses them. */
import { AwsError } from '../service.js';

export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
/** By kind (`AWS`, `Service`, `Federated`), or anyone. */
export type Principals = '*' | Readonly<Record<string, readonly string[]>>;

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** The actions are those that it is not about. */
  readonly notActions: boolean;
  readonly resources: readonly string[];
  readonly notResources: boolean;
  readonly principals: Principals | null;
  readonly notPrincipals: boolean;
  readonly conditions: Conditions;
}

/** `identity`: of a role, or a managed policy. `trust`: who may assume a role. */
export type PolicyKind = 'identity' | 'trust';

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message);
const known = new Map<string, readonly Statement[]>();

/** Reads a document, or throws MalformedPolicyDocument. */
export function readPolicy(text: string, kind: PolicyKind): readonly Statement[] {
  const key = `${kind} ${text}`;
  const held = known.get(key);
  if (held) return held;
  const made = read(text, kind);
  known.set(key, made);
  return made;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const syntax = (): AwsError => malformed('Syntax errors in policy.');

function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) throw syntax();
  return list;
}

function read(text: string, kind: PolicyKind): Statement[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed(kind === 'trust' ? 'This policy contains invalid Json' : 'Syntax errors in policy.');
  }
  if (!isObject(document)) throw syntax();
  const { Version, Statement: given, Id, ...rest } = document;
  if (Object.keys(rest).length > 0 || (Id !== undefined && typeof Id !== 'string')) throw syntax();
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') throw syntax();
  if (Version !== '2012-10-17' && kind === 'identity') throw malformed('Policy document must be version 2012-10-17 or greater.');
  const list = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (list.length === 0) throw syntax();
  const sids = list.flatMap((item: unknown) => (isObject(item) && item['Sid'] !== undefined ? texts(item['Sid']) : []));
  if (sids.some((sid) => !/^[0-9A-Za-z]*$/.test(sid)))
    throw malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return list.map((item: unknown) => {
    if (!isObject(item)) throw syntax();
    return readStatement(item, kind);
  });
}

const MEMBERS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

function readStatement(item: Json, kind: PolicyKind): Statement {
  if (Object.keys(item).some((key) => !MEMBERS.has(key))) throw syntax();
  const effect = item['Effect'];
  if (effect === undefined) throw malformed('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Invalid effect: ${String(effect)}`);
  for (const key of ['Action', 'Resource', 'Principal'])
    if (item[key] !== undefined && item[`Not${key}`] !== undefined) throw syntax();
  const action = item['Action'] ?? item['NotAction'];
  const resource = item['Resource'] ?? item['NotResource'];
  const principal = item['Principal'] ?? item['NotPrincipal'];
  if (action === undefined)
    throw malformed(kind === 'trust' ? 'Missing required field Action' : 'Policy statement must contain actions.');
  const actions = texts(action);
  if (actions.length === 0) throw malformed('Policy statement must contain actions.');
  for (const name of actions)
    if (name !== '*' && !/^[\w-]+:[\w*?]+$/.test(name))
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  if (kind === 'trust') checkTrust(item, actions);
  else if (principal !== undefined) throw malformed('Policy document should not specify a principal.');
  else if (resource === undefined) throw malformed('Policy statement must contain resources.');
  const resources = resource === undefined ? ['*'] : texts(resource);
  if (resources.length === 0) throw malformed('Policy statement must contain resources.');
  for (const name of resources)
    if (name !== '*' && !/^arn:/.test(name)) throw malformed(`Resource ${name} must be in ARN format or "*".`);
  return {
    effect,
    actions,
    notActions: item['NotAction'] !== undefined,
    resources,
    notResources: item['NotResource'] !== undefined,
    principals: principal === undefined ? null : principalsOf(principal),
    notPrincipals: item['NotPrincipal'] !== undefined,
    conditions: conditionsOf(item['Condition']),
  };
}

function checkTrust(item: Json, actions: readonly string[]): void {
  for (const key of ['Resource', 'NotResource']) if (item[key] !== undefined) throw malformed(`Has prohibited field ${key}`);
  if (item['Principal'] === undefined && item['NotPrincipal'] === undefined) throw malformed('Missing required field Principal');
  if (actions.some((name) => !/^sts:/i.test(name))) throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
}

function principalsOf(value: unknown): Principals {
  if (value === '*') return '*';
  if (!isObject(value)) throw malformed('Invalid principal in policy.');
  const kinds = Object.entries(value).map(([kind, names]) => {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind))
      throw malformed(`Invalid principal in policy: "${kind}"`);
    const list = texts(names);
    for (const name of list) if (!fits(kind, name)) throw malformed(`Invalid principal in policy: "${kind}":"${name}"`);
    return [kind, list] as const;
  });
  return Object.fromEntries(kinds);
}

function fits(kind: string, name: string): boolean {
  if (kind === 'AWS')
    return name === '*' || /^\d{12}$/.test(name) || /^arn:aws[\w-]*:(iam|sts)::(\d{12}|aws):[\w+=,.@/-]+$/.test(name);
  if (kind === 'Service') return /^[\w.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|aws)$/.test(name);
  return name.length > 0;
}

function conditionsOf(value: unknown): Conditions {
  if (value === undefined) return {};
  if (!isObject(value)) throw syntax();
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!OPERATOR.test(operator)) throw malformed(`Invalid Condition type : ${operator}.`);
      if (!isObject(keys)) throw syntax();
      return [operator, Object.fromEntries(Object.entries(keys).map(([key, held]) => [key, scalars(held)]))];
    }),
  );
}

/** Booleans and numbers may be given as such. */
const scalars = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    if (typeof item === 'object') throw syntax();
    return String(item);
  });

const OPERATOR =
  /^(For(All|Any)(Values|Value):)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric((Not)?Equals|(Less|Greater)Than(Equals)?)|Date((Not)?Equals|(Less|Greater)Than(Equals)?)|Arn(Not)?(Equals|Like)|(Not)?IpAddress|Bool|BinaryEquals|Null)(IfExists)?$/;
