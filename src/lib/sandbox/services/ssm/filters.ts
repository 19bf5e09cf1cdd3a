/** Filters of DescribeParameters and GetParametersByPath: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
import { AwsError } from '../../service.js';
import { entry } from '../records.js';
import { checkPath, isBelow } from './names.js';
import { invalid, newest, type Stored } from './state.js';

export interface Filter {
  Key: string;
  Option?: string;
  Values?: string[];
}

const DESCRIBE_KEYS = ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'];
const PATH_KEYS = ['Type', 'KeyId', 'Label'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  Type: ['String', 'StringList', 'SecureString'],
  Tier: ['Standard', 'Advanced', 'Intelligent-Tiering'],
};

const badKey = (key: string, keys: readonly string[]): AwsError =>
  new AwsError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [${keys.join(', ')}].`,
  );
const badOption = (option: string, options: readonly string[]): AwsError =>
  new AwsError(
    'InvalidFilterOption',
    `The following filter option is not valid: ${option}. Valid options include: [${options.join(', ')}].`,
  );

function checkEach(filters: readonly Filter[], keys: readonly string[], optionsOf: (key: string) => readonly string[]): void {
  const seen = new Set<string>();
  for (const { Key, Option, Values } of filters) {
    const isTag = keys === DESCRIBE_KEYS && Key.startsWith('tag:');
    if (!isTag && !keys.includes(Key)) throw badKey(Key, keys);
    if (!isTag && !Values?.length)
      throw new AwsError('InvalidFilterValue', `The following filter values are missing : null for filter key ${Key}.`);
    if (seen.has(Key))
      throw new AwsError(
        'InvalidFilterKey',
        `The following filter is duplicated in the request: ${Key}. A request can contain only one occurrence of a specific filter.`,
      );
    seen.add(Key);
    const options = optionsOf(Key);
    if (Option !== undefined && !options.includes(Option)) throw badOption(Option, options);
    const allowed = entry(VALUES, Key);
    const wrong = allowed && Option !== 'BeginsWith' ? Values?.find((value) => !allowed.includes(value)) : undefined;
    if (wrong !== undefined)
      throw new AwsError(
        'InvalidFilterOption',
        `The following filter value is not valid: ${wrong}. Valid values include: [${allowed!.join(', ')}].`,
      );
  }
}

export function checkDescribeFilters(filters: readonly Filter[]): void {
  checkEach(filters, DESCRIBE_KEYS, (key) => {
    if (key === 'Path') return ['Recursive', 'OneLevel'];
    return key === 'Name' ? ['BeginsWith', 'Equals', 'Contains'] : ['BeginsWith', 'Equals'];
  });
  for (const { Key, Values = [] } of filters) {
    if (Key !== 'Path' && Key !== 'Name') continue;
    if (Key === 'Path') Values.forEach(checkPath);
    if (Values.some((value) => /^\/?(aws|ssm)(\/|$)/i.test(value)))
      throw invalid(
        'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
      );
  }
}

export function checkPathFilters(filters: readonly Filter[]): void {
  checkEach(filters, PATH_KEYS, (key) => (key === 'Label' ? ['Equals'] : ['BeginsWith', 'Equals']));
}

/** Of several values one has to fit. */
export function matches(name: string, stored: Stored, { Key, Option = 'Equals', Values = [] }: Filter): boolean {
  const version = newest(stored);
  const test = (text: string, wanted: readonly string[] = Values): boolean =>
    wanted.some((value) =>
      Option === 'BeginsWith' ? text.startsWith(value) : Option === 'Contains' ? text.includes(value) : text === value,
    );
  if (Key.startsWith('tag:')) {
    const value = entry(stored.tags, Key.slice(4));
    return value !== undefined && (Values.length === 0 || test(value));
  }
  switch (Key) {
    case 'Name':
      // A name without a hierarchy is found with and without its slash.
      return Option === 'Contains' ? test(name) : test(slashed(name), Values.map(slashed));
    case 'Type':
      return test(version.type);
    case 'KeyId':
      return version.keyId !== undefined && test(version.keyId);
    case 'Tier':
      return test(version.tier);
    case 'DataType':
      return test(version.dataType);
    case 'Path':
      return Values.some((path) => isBelow(name, path, Option === 'Recursive'));
    default:
      return false;
  }
}

const slashed = (name: string): string => (name.startsWith('/') ? name : `/${name}`);
