/** What a parameter may be called: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
import { AwsError, type Cell } from '../../service.js';
import { arnOf, invalid } from './state.js';

const MAX_LEVELS = 15;
/** Of the name with its ARN's prefix. */
const MAX_ARN = 1011;

export function checkName(cell: Cell, name: string): void {
  if (arnOf(cell, name).length > MAX_ARN)
    throw invalid(`The parameter name's length, with its ARN's prefix, can't be greater than ${MAX_ARN} characters.`);
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  const reserved = /^\/?(aws|ssm)/i.exec(name)?.[1]?.toLowerCase();
  const path = name.lastIndexOf('/') > 0;
  if (reserved === 'aws' && path) throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (reserved && !path) throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  if (reserved || !/^\/?[a-zA-Z0-9_.-]+(\/[a-zA-Z0-9_.-]+)*$/.test(name))
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (name.split('/').filter(Boolean).length > MAX_LEVELS)
    throw new AwsError('HierarchyLevelLimitExceededException', 'A parameter name hierarchy can have a maximum of 15 levels.');
}

export function checkPath(path: string): void {
  if (/^\/([a-zA-Z0-9_.-]+(\/[a-zA-Z0-9_.-]+)*\/?)?$/.test(path)) return;
  throw invalid(
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  );
}

/** Whether a name lies below a path: right below, or anywhere. A name without a hierarchy lies below the root. */
export function isBelow(name: string, path: string, deep: boolean): boolean {
  const full = name.startsWith('/') ? name : `/${name}`;
  const base = path.endsWith('/') ? path : `${path}/`;
  return full.startsWith(base) && (deep || !full.slice(base.length).includes('/'));
}
