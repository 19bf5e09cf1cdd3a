/** SSM Parameter Store: versions, labels, history and paging as AWS has them. */
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
/** Parameters are named by their name or their ARN. */
const plain = (name: string): string => name.replace(/^arn:aws:ssm:[^:]*:\d*:parameter(?=\/)/, '');

function need(cell: Cell, name: string): Stored {
  const found = slice(cell).parameters[plain(name)];
  if (!found) throw new AwsError('ParameterNotFound', '');
  return found;
}

/** `name`, `name:3` or `name:label`; null where there is no such parameter or version. */
function find(cell: Cell, reference: string): { name: string; version: number; selector: string | null } | null {
  const bare = plain(reference);
  const colon = bare.indexOf(':');
  const name = colon < 0 ? bare : bare.slice(0, colon);
  const selector = colon < 0 ? null : bare.slice(colon);
  const stored = slice(cell).parameters[name];
  if (!stored) return null;
  if (selector === null) return { name, version: latest(stored), selector };
  const wanted = selector.slice(1);
  const version = /^\d+$/.test(wanted)
    ? Number(wanted)
    : stored.first + stored.versions.findIndex((v) => v.labels.includes(wanted));
  return at(stored, version) && version >= stored.first ? { name, version, selector } : null;
}

const seal = (value: string): string => `AQICAH${Buffer.from(value).toString('base64')}`;

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

function checkName(name: string): void {
  if (name.includes('/') && !name.startsWith('/'))
    throw new AwsError('ValidationException', 'Parameter name must be a fully qualified name.');
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name))
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (/^\/?(aws|ssm)(\/|$|[a-z0-9])/i.test(name) && /^\/?(aws|ssm)/i.test(name))
    throw new AwsError('AccessDeniedException', 'No access to reserved parameter name: ' + name + '.');
  if (name.split('/').filter(Boolean).length > 15)
    throw new AwsError('HierarchyLevelLimitExceededException', 'A parameter name hierarchy can have a maximum of 15 levels.');
}

function put(input: PutInput, { cell, now, callerArn }: CallContext): object {
  const { Name, Value = '', Overwrite = false } = input;
  checkName(Name);
  const all = slice(cell).parameters;
  const stored = all[Name];
  if (stored && !Overwrite)
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const before = stored?.versions.at(-1);
  const type = input.Type ?? before?.type;
  if (!type) throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  if (!['String', 'StringList', 'SecureString'].includes(type))
    throw new AwsError('UnsupportedParameterType', `The parameter type ${type} is not supported.`);
  if (Value.length === 0)
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const tier = input.Tier === 'Advanced' ? 'Advanced' : (before?.tier ?? 'Standard');
  const limit = tier === 'Advanced' ? 8192 : 4096;
  if (Buffer.byteLength(Value) > limit && input.Tier !== 'Intelligent-Tiering')
    throw new AwsError(
      'ValidationException',
      `${tier} tier parameters support a maximum parameter value of ${limit} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    );
  if (/\{\{.*\}\}/s.test(Value))
    throw new AwsError('ValidationException', 'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
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
  if (!target || version < stored.first)
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${version} of ${input.Name}. Verify the version and try again.`,
    );
  const labels = input.Labels ?? [];
  const invalid = labels.filter((l) => /^(\d|aws|ssm)/i.test(l) || !/^[\w.-]{1,100}$/.test(l));
  if (invalid.length > 0) return { InvalidLabels: invalid, ParameterVersion: version };
  if (new Set([...target.labels, ...labels]).size > 10)
    throw new AwsError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
    );
  for (const v of stored.versions) v.labels = v.labels.filter((l) => !labels.includes(l));
  target.labels.push(...labels);
  return { InvalidLabels: [], ParameterVersion: version };
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
  const size = input.MaxResults ?? 10;
  if (size < 1 || size > 10)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10.`,
    );
  const base = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
  const names = Object.keys(slice(cell).parameters)
    .filter((name) => name.startsWith(base) && (input.Recursive || !name.slice(base.length).includes('/')))
    .sort();
  const scanned = page(names, input.NextToken, size);
  const labels = input.ParameterFilters?.find((f) => f.Key === 'Label')?.Values;
  const found = scanned.items.flatMap((name) => {
    const stored = need(cell, name);
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

function describe(
  input: { ParameterFilters?: Filter[]; MaxResults?: number; NextToken?: string },
  { cell }: CallContext,
): object {
  const found = Object.entries(slice(cell).parameters)
    .filter(([name, stored]) => (input.ParameterFilters ?? []).every((f) => matches(name, stored, f)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { items, token } = page(found, input.NextToken, Math.min(input.MaxResults ?? 50, 50));
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
        const known = slice(cell).parameters[plain(input.Name).split(':')[0]!];
        if (known)
          throw new AwsError(
            'ParameterVersionNotFound',
            `Systems Manager could not find version ${input.Name.split(':').at(-1)} of ${plain(input.Name).split(':')[0]}. Verify the version and try again.`,
          );
        throw new AwsError('ParameterNotFound', '');
      }
      return { Parameter: show(cell, found.name, found.version, found.selector, input.WithDecryption) };
    },
    GetParameters(input: { Names: string[]; WithDecryption?: boolean }, { cell }) {
      if (input.Names.length > 10)
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '[${input.Names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10.`,
        );
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
      const { items, token } = page(stored.versions, input.NextToken, Math.min(input.MaxResults ?? 50, 50));
      const from = stored.versions.indexOf(items[0]!);
      return {
        Parameters: items.map((v, index) => ({
          Name: plain(input.Name),
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
      if (!version)
        throw new AwsError(
          'ParameterVersionNotFound',
          `Systems Manager could not find version ${input.ParameterVersion} of ${input.Name}. Verify the version and try again.`,
        );
      const removed = input.Labels.filter((l) => version.labels.includes(l));
      version.labels = version.labels.filter((l) => !removed.includes(l));
      return { RemovedLabels: removed, InvalidLabels: input.Labels.filter((l) => !removed.includes(l)) };
    },
    DeleteParameter(input: { Name: string }, { cell }) {
      need(cell, input.Name);
      delete slice(cell).parameters[plain(input.Name)];
      return {};
    },
    DeleteParameters(input: { Names: string[] }, { cell }) {
      const all = slice(cell).parameters;
      const [there, gone] = [input.Names.filter((n) => all[n]), input.Names.filter((n) => !all[n])];
      for (const name of there) delete all[name];
      return { DeletedParameters: there, InvalidParameters: gone };
    },
    AddTagsToResource(input: { ResourceId: string; Tags: { Key: string; Value: string }[] }, { cell }) {
      const stored = need(cell, input.ResourceId);
      for (const { Key, Value } of input.Tags) stored.tags[Key] = Value;
      return {};
    },
    RemoveTagsFromResource(input: { ResourceId: string; TagKeys: string[] }, { cell }) {
      const stored = need(cell, input.ResourceId);
      for (const key of input.TagKeys) delete stored.tags[key];
      return {};
    },
    ListTagsForResource(input: { ResourceId: string }, { cell }) {
      return { TagList: Object.entries(need(cell, input.ResourceId).tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  },
};
