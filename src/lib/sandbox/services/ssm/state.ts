/** What the Parameter Store keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';
import { entry } from '../records.js';

export interface Version {
  /** Sealed where the type is SecureString. */
  value: string;
  type: string;
  at: number;
  by: string;
  description: string | undefined;
  labels: string[];
  dataType: string;
  tier: string;
  allowedPattern: string | undefined;
  keyId: string | undefined;
  policies: Policy[];
}
export interface Policy {
  type: 'Expiration' | 'ExpirationNotification' | 'NoChangeNotification';
  /** As it was given, JSON. */
  text: string;
  /** When it takes effect. */
  at: number;
}
export interface Stored {
  /** Number of the first version that is still kept. */
  first: number;
  versions: Version[];
  tags: Record<string, string>;
}
export interface SsmSlice {
  parameters: Record<string, Stored>;
  /** Names that were deleted, and when: for thirty seconds they cannot be made anew. */
  deleted: Record<string, number>;
  /** When each parameter expires that has an end. */
  expires: Record<string, number>;
  settings: Record<string, { value: string; at: number; by: string }>;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html: "wait for at least 30 seconds". */
export const DELETED_FOR_MS = 30_000;

export const slice = (cell: Cell): SsmSlice =>
  cell.slice('ssm', () => ({ parameters: {}, deleted: {}, expires: {}, settings: {} }));

export const newest = (stored: Stored): Version => stored.versions.at(-1)!;
export const latest = (stored: Stored): number => stored.first + stored.versions.length - 1;
export const versionOf = (stored: Stored, version: number): Version | undefined => stored.versions[version - stored.first];
export const lookUp = (cell: Cell, name: string): Stored | undefined => entry(slice(cell).parameters, name);

export const arnOf = ({ account, region }: Cell, name: string): string =>
  `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;

/** Parameters are named by their name or their ARN; an ARN shows a name without hierarchy as if it had a slash. */
export function nameOf(cell: Cell, reference: string): string {
  const path = /^arn:aws:ssm:[^:]*:\d*:parameter(\/.*)$/s.exec(reference)?.[1];
  if (path === undefined) return reference;
  const bare = path.slice(1);
  return !bare.includes('/') && !lookUp(cell, path.split(':')[0]!) && lookUp(cell, bare.split(':')[0]!) ? bare : path;
}

export function need(cell: Cell, reference: string): { name: string; stored: Stored } {
  const name = nameOf(cell, reference);
  const stored = lookUp(cell, name);
  if (!stored) throw new AwsError('ParameterNotFound', '');
  return { name, stored };
}

export function remove(cell: Cell, name: string, now: number): void {
  const { parameters, deleted, expires } = slice(cell);
  delete parameters[name];
  delete expires[name];
  for (const [other, at] of Object.entries(deleted)) if (now - at >= DELETED_FOR_MS) delete deleted[other];
  deleted[name] = now;
}

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
export const noVersion = (version: string | number, name: string): AwsError =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
