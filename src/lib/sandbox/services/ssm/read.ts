/** Reading values: one, ten, below a path, and the history of one. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { unseen } from '../../trailing.js';
import { page } from '../page.js';
import { unseal } from '../sealed.js';
import { shownOnce } from '../shown.js';
import { checkPathFilters, matches, type Filter } from './filters.js';
import { checkPath, isBelow } from './names.js';
import { showPolicies } from './policies.js';
import { published } from './public.js';
import { arnOf, lookUp, nameOf, need, noVersion, slice, versionOf, type Stored, type Version } from './state.js';

const valueOf = (cell: Cell, version: Version, decrypt: boolean | undefined): string =>
  version.type === 'SecureString' && decrypt ? unseal(cell, version.value) : version.value;

function show(cell: Cell, name: string, number: number, selector: string | null, decrypt: boolean | undefined): object {
  return shownOnce(cell, `parameter ${decrypt === true} ${number} ${selector ?? ''} ${name}`, () => {
    const version = versionOf(lookUp(cell, name)!, number)!;
    return {
      Name: name,
      Type: version.type,
      Value: valueOf(cell, version, decrypt),
      Version: number,
      ...(selector ? { Selector: selector } : {}),
      LastModifiedDate: new Date(version.at),
      ARN: arnOf(cell, name),
      DataType: version.dataType,
    };
  });
}

const labelled = (stored: Stored, test: (label: string) => boolean): number | null => {
  const index = stored.versions.findIndex((version) => version.labels.some(test));
  return index < 0 ? null : stored.first + index;
};

/** The newest version that reads show already, or null where there is none. */
function newestSeen(stored: Stored, context: CallContext): number | null {
  const index = stored.versions.findLastIndex((version) => !unseen(context, version.at));
  return index < 0 ? null : stored.first + index;
}

/** By `name`, `name:3`, `name:label` or ARN; throws where there is no such parameter or version. */
function find(context: CallContext, reference: string, decrypt: boolean | undefined): object {
  const { cell } = context;
  const bare = nameOf(cell, reference);
  const colon = bare.indexOf(':');
  const name = colon < 0 ? bare : bare.slice(0, colon);
  const common = published(cell.region, name);
  if (common)
    return {
      Name: name,
      Type: 'String',
      Value: common.value,
      Version: 1,
      LastModifiedDate: new Date(0),
      ARN: `arn:aws:ssm:${cell.region}::parameter${name}`,
      DataType: common.dataType,
    };
  const stored = lookUp(cell, name);
  const seen = stored ? newestSeen(stored, context) : null;
  if (!stored || seen === null) throw new AwsError('ParameterNotFound', '');
  if (colon < 0) return show(cell, name, seen, null, decrypt);
  const wanted = bare.slice(colon + 1);
  const number = /^\d+$/.test(wanted) ? Number(wanted) : labelled(stored, (label) => label === wanted);
  if (number === null || !versionOf(stored, number)) throw noVersion(wanted, name);
  return show(cell, name, number, bare.slice(colon), decrypt);
}

interface PathInput {
  Path: string;
  Recursive?: boolean;
  WithDecryption?: boolean;
  MaxResults?: number;
  NextToken?: string;
  ParameterFilters?: Filter[];
}

/** AWS scans a page and filters then: a page can be empty and still carry a token. */
function byPath(input: PathInput, context: CallContext): object {
  const { cell } = context;
  checkPath(input.Path);
  const filters = input.ParameterFilters ?? [];
  checkPathFilters(filters);
  const names = Object.keys(slice(cell).parameters)
    .filter((name) => isBelow(name, input.Path, input.Recursive === true))
    .sort();
  const scanned = page(names, input.NextToken, input.MaxResults ?? 10);
  const labels = filters.find((filter) => filter.Key === 'Label')?.Values;
  const others = filters.filter((filter) => filter.Key !== 'Label');
  const found = scanned.items.flatMap((name) => {
    const stored = lookUp(cell, name)!;
    if (!others.every((filter) => matches(name, stored, filter))) return [];
    const number = labels ? labelled(stored, (label) => labels.includes(label)) : newestSeen(stored, context);
    return number === null ? [] : [show(cell, name, number, null, input.WithDecryption)];
  });
  return { Parameters: found, NextToken: scanned.token };
}

interface HistoryInput {
  Name: string;
  WithDecryption?: boolean;
  MaxResults?: number;
  NextToken?: string;
}

function history(input: HistoryInput, { cell, now }: CallContext): object {
  const { name, stored } = need(cell, input.Name);
  const numbered = stored.versions.map((version, index) => ({ version, number: stored.first + index }));
  const { items, token } = page(numbered, input.NextToken, input.MaxResults ?? 50);
  return {
    Parameters: items.map(({ version, number }) => ({
      Name: name,
      Type: version.type,
      KeyId: version.keyId,
      LastModifiedDate: new Date(version.at),
      LastModifiedUser: version.by,
      Description: version.description,
      Value: valueOf(cell, version, input.WithDecryption),
      AllowedPattern: version.allowedPattern,
      Version: number,
      Labels: [...version.labels],
      Tier: version.tier,
      Policies: showPolicies(version.policies, now),
      DataType: version.dataType,
    })),
    NextToken: token,
  };
}

export const readOperations: Readonly<Record<string, Operation>> = {
  GetParameter: (input: { Name: string; WithDecryption?: boolean }, context) => ({
    Parameter: find(context, input.Name, input.WithDecryption),
  }),
  GetParameters(input: { Names: string[]; WithDecryption?: boolean }, context) {
    const found: object[] = [];
    const missing: string[] = [];
    for (const name of new Set(input.Names)) {
      try {
        found.push(find(context, name, input.WithDecryption));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        missing.push(name);
      }
    }
    return { Parameters: found, InvalidParameters: missing };
  },
  GetParametersByPath: byPath,
  GetParameterHistory: history,
};
