/** SSM Parameter Store: versions, labels, history and paging as AWS has them. */
import { createHash } from 'node:crypto';
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { page } from './page.js';

interface Version {
  value: string;
  type: string;
  at: number;
  by: string;
  description: string | undefined;
  labels: string[];
  dataType: string;
  tier: string;
  allowedPattern: string | undefined;
}
interface Stored {
  /** Number of the first version that is still kept. */
  first: number;
  versions: Version[];
  tags: Record<string, string>;
}
interface Slice {
  parameters: Record<string, Stored>;
}

const MAX_VERSIONS = 100;
const slice = (cell: Cell): Slice => cell.slice('ssm', () => ({ parameters: {} }));
const latest = (p: Stored): number => p.first + p.versions.length - 1;
const at = (p: Stored, version: number): Version | undefined => p.versions[version - p.first];
const arn = ({ account, region }: Cell, name: string) =>
  `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
/** Parameters are named by their name or their ARN; an ARN shows a name without hierarchy as if it had a slash. */
function plain(cell: Cell, reference: string): string {
  const path = /^arn:aws:ssm:[^:]*:\d*:parameter(\/.*)$/s.exec(reference)?.[1];
  if (path === undefined) return reference;
  const bare = path.slice(1);
  return !bare.includes('/') && !lookUp(cell, path.split(':')[0]!) && lookUp(cell, bare.split(':')[0]!) ? bare : path;
}
const lookUp = (cell: Cell, name: string): Stored | undefined => {
  const all = slice(cell).parameters;
  return Object.hasOwn(all, name) ? all[name] : undefined;
};

function need(cell: Cell, name: string): Stored {
  const found = lookUp(cell, plain(cell, name));
  if (!found) throw new AwsError('ParameterNotFound', '');
  return found;
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
const unfit = (value: unknown, member: string, constraint: string): AwsError =>
  invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
/** Page size: asked for, between one and `most`. */
function sizeOf(asked: number | undefined, most: number): number {
  const size = asked ?? most;
  if (size > most) throw unfit(size, 'maxResults', `have value less than or equal to ${most}`);
  if (size < 1) throw unfit(size, 'maxResults', 'have value greater than or equal to 1');
  return size;
}
const noVersion = (version: string | number, name: string): AwsError =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );

/** `name`, `name:3` or `name:label`; null where there is no such parameter or version. */
function find(cell: Cell, reference: string): { name: string; version: number; selector: string | null } | null {
  const bare = plain(cell, reference);
  const colon = bare.indexOf(':');
  const name = colon < 0 ? bare : bare.slice(0, colon);
  const selector = colon < 0 ? null : bare.slice(colon);
  const stored = lookUp(cell, name);
  if (!stored) return null;
  if (selector === null) return { name, version: latest(stored), selector };
  const wanted = selector.slice(1);
  const version = /^\d+$/.test(wanted)
    ? Number(wanted)
    : stored.first + stored.versions.findIndex((v) => v.labels.includes(wanted));
  return at(stored, version) ? { name, version, selector } : null;
}

/** What a secret looks like without decryption: nothing of it can be read back. */
const seal = (value: string): string => `AQICAHh${createHash('sha512').update(value).digest('base64')}`;

function show(cell: Cell, name: string, version: number, selector: string | null, decrypt: boolean | undefined): object {
  const v = at(need(cell, name), version)!;
  return {
    Name: name,
    Type: v.type,
    Value: v.type === 'SecureString' && !decrypt ? seal(v.value) : v.value,
    Version: version,
    ...(selector ? { Selector: selector } : {}),
    LastModifiedDate: new Date(v.at),
    ARN: arn(cell, name),
    DataType: v.dataType,
  };
}

interface PutInput {
  Name: string;
  Value: string;
  Type?: string;
  Description?: string;
  Overwrite?: boolean;
  AllowedPattern?: string;
  Tags?: { Key: string; Value: string }[];
  Tier?: string;
  DataType?: string;
}

const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'];

function checkName(name: string): void {
  if (!name || name.length > 2048)
    throw unfit(name, 'name', name ? 'have length less than or equal to 2048' : 'have length greater than or equal to 1');
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  const reserved = /^\/?(aws|ssm)/i.exec(name)?.[1]?.toLowerCase();
  const path = name.lastIndexOf('/') > 0;
  if (reserved === 'aws' && path) throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (reserved && !path) throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  if (reserved || !/^[a-zA-Z0-9_.\-/]+$/.test(name))
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (name.split('/').filter(Boolean).length > 15)
    throw new AwsError('HierarchyLevelLimitExceededException', 'A parameter name hierarchy can have a maximum of 15 levels.');
}

/** The tier a value is kept in: what was asked for, what it had, or what it needs. */
function tierOf(value: string, asked: string | undefined, before: string | undefined): string {
  const bytes = Buffer.byteLength(value);
  if (asked !== undefined && !TIERS.includes(asked)) throw unfit(asked, 'tier', `satisfy enum value set: [${TIERS.join(', ')}]`);
  if (asked === 'Standard' && before === 'Advanced')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  const chosen = asked === 'Intelligent-Tiering' ? (bytes > 4096 ? 'Advanced' : before) : (asked ?? before);
  const tier = chosen ?? 'Standard';
  if (tier === 'Advanced' && bytes > 8192)
    throw invalid('Advanced tier parameters support a maximum parameter value of 8192 characters.');
  if (tier === 'Standard' && bytes > 4096)
    throw invalid(
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
    );
  return tier;
}

function put(input: PutInput, { cell, now, callerArn }: CallContext): object {
  const { Value = '', Overwrite = false } = input;
  const Name = plain(cell, input.Name ?? '');
  checkName(Name);
  const all = slice(cell).parameters;
  const stored = lookUp(cell, Name);
  if (Overwrite && input.Tags?.length)
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  if (stored && !Overwrite)
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const before = stored?.versions.at(-1);
  const type = input.Type ?? before?.type;
  if (!type) throw invalid('A parameter type is required when you create a parameter.');
  if (!['String', 'StringList', 'SecureString'].includes(type))
    throw new AwsError('UnsupportedParameterType', `The parameter type ${type} is not supported.`);
  if (before && before.type !== type)
    throw new AwsError(
      'HierarchyTypeMismatchException',
      `Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.`,
    );
  if (Value.length === 0) throw unfit('', 'value', 'have length greater than or equal to 1.');
  if ((input.Description ?? '').length > 1024)
    throw unfit(input.Description, 'description', 'have length less than or equal to 1024');
  const tier = tierOf(Value, input.Tier, before?.tier);
  if (/\{\{.*\}\}/s.test(Value)) throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  const pattern = input.AllowedPattern ?? before?.allowedPattern;
  if (pattern && !new RegExp(pattern).test(Value))
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  const version: Version = {
    value: Value,
    type,
    at: now,
    by: callerArn,
    description: input.Description ?? before?.description,
    labels: [],
    dataType: input.DataType ?? 'text',
    tier,
    allowedPattern: pattern,
  };
  const target = (all[Name] = stored ?? {
    first: 1,
    versions: [],
    tags: Object.fromEntries((input.Tags ?? []).map((t) => [t.Key, t.Value])),
  });
  if (target.versions.length === MAX_VERSIONS) {
    if (target.versions[0]!.labels.length > 0)
      throw new AwsError(
        'ParameterMaxVersionLimitExceeded',
        `You attempted to create a new version of ${Name} by calling the PutParameter API with the overwrite flag. Version ${target.first}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
      );
    target.versions.shift();
    target.first++;
  }
  target.versions.push(version);
  return { Version: latest(target), Tier: tier };
}

function label(input: { Name: string; ParameterVersion?: number; Labels?: string[] }, { cell }: CallContext): object {
  const stored = need(cell, input.Name);
  const version = input.ParameterVersion ?? latest(stored);
  const target = at(stored, version);
  if (!target) throw noVersion(version, plain(cell, input.Name));
  const labels = [...new Set(input.Labels ?? [])];
  const long = labels.find((l) => l.length > 100);
  if (long !== undefined)
    throw unfit(
      `[${labels.join(', ')}]`,
      'labels',
      'satisfy constraint: [Member must have length less than or equal to 100, Member must have length greater than or equal to 1]',
    );
  // Labels that break the rules come back by name; the others are attached all the same.
  const refused = labels.filter((l) => /^(\d|aws|ssm)/i.test(l) || !/^[\w.-]+$/.test(l));
  const good = labels.filter((l) => !refused.includes(l));
  if (new Set([...target.labels, ...good]).size > 10)
    throw new AwsError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
    );
  for (const v of stored.versions) if (v !== target) v.labels = v.labels.filter((l) => !good.includes(l));
  target.labels.push(...good.filter((l) => !target.labels.includes(l)));
  return { InvalidLabels: refused, ParameterVersion: version };
}

interface PathInput {
  Path: string;
  Recursive?: boolean;
  WithDecryption?: boolean;
  MaxResults?: number;
  NextToken?: string;
  ParameterFilters?: { Key: string; Option?: string; Values?: string[] }[];
}

/** AWS scans a page and filters then: a page can be empty and still carry a token. */
function byPath(input: PathInput, { cell }: CallContext): object {
  if (!input.Path?.startsWith('/'))
    throw new AwsError(
      'ValidationException',
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
    );
  const size = sizeOf(input.MaxResults, 10);
  const base = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
  const names = Object.keys(slice(cell).parameters)
    .filter((name) => name.startsWith(base) && (input.Recursive || !name.slice(base.length).includes('/')))
    .sort();
  const scanned = page(names, input.NextToken, size);
  const filters = input.ParameterFilters ?? [];
  const unknown = filters.find((f) => !['Label', 'Type', 'KeyId'].includes(f.Key));
  if (unknown)
    throw new AwsError(
      'InvalidFilterKey',
      `The following filter key is not valid: ${unknown.Key}. Valid filter keys include: [Type, KeyId, Label].`,
    );
  const labels = filters.find((f) => f.Key === 'Label')?.Values;
  const others = filters.filter((f) => f.Key === 'Type');
  const found = scanned.items.flatMap((name) => {
    const stored = need(cell, name);
    if (!others.every((f) => matches(name, stored, f))) return [];
    if (!labels) return [show(cell, name, latest(stored), null, input.WithDecryption)];
    const index = stored.versions.findIndex((v) => v.labels.some((l) => labels.includes(l)));
    return index < 0 ? [] : [show(cell, name, stored.first + index, null, input.WithDecryption)];
  });
  return { Parameters: found, NextToken: scanned.token };
}

interface Filter {
  Key: string;
  Option?: string;
  Values?: string[];
}

function matches(name: string, stored: Stored, filter: Filter): boolean {
  const values = filter.Values ?? [];
  const test = (text: string): boolean =>
    values.some((v) =>
      filter.Option === 'BeginsWith' ? text.startsWith(v) : filter.Option === 'Contains' ? text.includes(v) : text === v,
    );
  if (filter.Key === 'Name') return test(name);
  if (filter.Key === 'Type') return test(stored.versions.at(-1)!.type);
  if (filter.Key === 'Path')
    return values.some((v) => {
      const base = v.endsWith('/') ? v : `${v}/`;
      return name.startsWith(base) && (filter.Option === 'Recursive' || !name.slice(base.length).includes('/'));
    });
  if (filter.Key.startsWith('tag:')) return test(stored.tags[filter.Key.slice(4)] ?? '');
  if (filter.Key === 'Label') return stored.versions.some((v) => v.labels.some(test));
  throw new AwsError('InvalidFilterKey', `The filter key ${filter.Key} is not valid.`);
}

function checkFilter({ Key, Option }: Filter): void {
  const options = Key === 'Path' ? ['Recursive', 'OneLevel'] : ['Equals', 'BeginsWith', ...(Key === 'Name' ? ['Contains'] : [])];
  if (Option !== undefined && !options.includes(Option))
    throw new AwsError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${Option}. Valid options include: [${options.join(', ')}]`,
    );
}

function describe(
  input: { ParameterFilters?: Filter[]; MaxResults?: number; NextToken?: string },
  { cell }: CallContext,
): object {
  const filters = input.ParameterFilters ?? [];
  filters.forEach(checkFilter);
  const size = sizeOf(input.MaxResults, 50);
  const found = Object.entries(slice(cell).parameters)
    .filter(([name, stored]) => filters.every((f) => matches(name, stored, f)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { items, token } = page(found, input.NextToken, size);
  return {
    Parameters: items.map(([name, stored]) => {
      const v = stored.versions.at(-1)!;
      return {
        Name: name,
        ARN: arn(cell, name),
        Type: v.type,
        LastModifiedDate: new Date(v.at),
        LastModifiedUser: v.by,
        Description: v.description,
        Version: latest(stored),
        Tier: v.tier,
        DataType: v.dataType,
        Policies: [],
      };
    }),
    NextToken: token,
  };
}

function checkNames(names: readonly string[]): void {
  if (names.length > 10) throw unfit(`[${names.join(', ')}]`, 'names', 'have length less than or equal to 10');
}

interface Tagged {
  ResourceType?: string;
  ResourceId: string;
}

function tagged(cell: Cell, { ResourceType = 'Parameter', ResourceId }: Tagged): Stored {
  if (ResourceType !== 'Parameter') throw new AwsError('InvalidResourceType', `${ResourceType} is not a valid resource type.`);
  const stored = lookUp(cell, plain(cell, ResourceId));
  if (!stored) throw new AwsError('InvalidResourceId', 'Invalid Resource Id');
  return stored;
}

export const ssm: SandboxService = {
  name: 'ssm',
  operations: {
    PutParameter: put,
    LabelParameterVersion: label,
    GetParametersByPath: byPath,
    DescribeParameters: describe,
    GetParameter(input: { Name: string; WithDecryption?: boolean }, { cell }) {
      const found = find(cell, input.Name);
      if (!found) {
        const [name = '', wanted = ''] = plain(cell, input.Name).split(':');
        throw lookUp(cell, name) ? noVersion(wanted, name) : new AwsError('ParameterNotFound', '');
      }
      return { Parameter: show(cell, found.name, found.version, found.selector, input.WithDecryption) };
    },
    GetParameters(input: { Names: string[]; WithDecryption?: boolean }, { cell }) {
      checkNames(input.Names);
      const found = input.Names.map((name) => ({ name, hit: find(cell, name) }));
      return {
        Parameters: found.flatMap(({ hit }) =>
          hit ? [show(cell, hit.name, hit.version, hit.selector, input.WithDecryption)] : [],
        ),
        InvalidParameters: found.filter(({ hit }) => !hit).map(({ name }) => name),
      };
    },
    GetParameterHistory(input: { Name: string; WithDecryption?: boolean; MaxResults?: number; NextToken?: string }, { cell }) {
      const stored = need(cell, input.Name);
      const { items, token } = page(stored.versions, input.NextToken, sizeOf(input.MaxResults, 50));
      const from = stored.versions.indexOf(items[0]!);
      return {
        Parameters: items.map((v, index) => ({
          Name: plain(cell, input.Name),
          Type: v.type,
          LastModifiedDate: new Date(v.at),
          LastModifiedUser: v.by,
          Description: v.description,
          Value: v.type === 'SecureString' && !input.WithDecryption ? seal(v.value) : v.value,
          Version: stored.first + from + index,
          Labels: [...v.labels],
          Tier: v.tier,
          DataType: v.dataType,
        })),
        NextToken: token,
      };
    },
    UnlabelParameterVersion(input: { Name: string; ParameterVersion: number; Labels: string[] }, { cell }) {
      const version = at(need(cell, input.Name), input.ParameterVersion);
      if (!version) throw noVersion(input.ParameterVersion, plain(cell, input.Name));
      const removed = input.Labels.filter((l) => version.labels.includes(l));
      version.labels = version.labels.filter((l) => !removed.includes(l));
      return { RemovedLabels: removed, InvalidLabels: input.Labels.filter((l) => !removed.includes(l)) };
    },
    DeleteParameter(input: { Name: string }, { cell }) {
      need(cell, input.Name);
      delete slice(cell).parameters[plain(cell, input.Name)];
      return {};
    },
    DeleteParameters(input: { Names: string[] }, { cell }) {
      checkNames(input.Names);
      const there = input.Names.filter((n) => lookUp(cell, plain(cell, n)));
      const gone = input.Names.filter((n) => !there.includes(n));
      for (const name of there) delete slice(cell).parameters[plain(cell, name)];
      return { DeletedParameters: there, InvalidParameters: gone };
    },
    AddTagsToResource(input: Tagged & { Tags: { Key: string; Value: string }[] }, { cell }) {
      const stored = tagged(cell, input);
      for (const { Key, Value } of input.Tags) stored.tags[Key] = Value;
      return {};
    },
    RemoveTagsFromResource(input: Tagged & { TagKeys: string[] }, { cell }) {
      const stored = tagged(cell, input);
      for (const key of input.TagKeys) delete stored.tags[key];
      return {};
    },
    ListTagsForResource(input: Tagged, { cell }) {
      return { TagList: Object.entries(tagged(cell, input).tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  },
};
