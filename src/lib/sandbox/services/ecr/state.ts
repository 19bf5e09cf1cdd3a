/** What ECR keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';
import { entry } from '../records.js';

export interface Image {
  manifest: string;
  mediaType: string;
  tags: string[];
  pushedAt: number;
}
export interface Repository {
  createdAt: number;
  /** By digest. */
  images: Record<string, Image>;
  mutability: string;
  scanOnPush: boolean;
  encryption: { encryptionType: string; kmsKey?: string };
  lifecyclePolicy: string | null;
  policy: string | null;
  tags: Record<string, string>;
}
export interface EcrSlice {
  repositories: Record<string, Repository>;
}

export const slice = (cell: Cell): EcrSlice => cell.slice('ecr', () => ({ repositories: {} }));

export const arnOf = ({ account, region }: Cell, name: string): string => `arn:aws:ecr:${region}:${account}:repository/${name}`;
export const hostOf = ({ account, region }: Cell): string => `${account}.dkr.ecr.${region}.amazonaws.com`;
export const badToken = (): AwsError => invalid('The specified nextToken is invalid.');
export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

export function need(cell: Cell, name: string): Repository {
  const found = entry(slice(cell).repositories, name);
  if (!found)
    throw new AwsError(
      'RepositoryNotFoundException',
      `The repository with name '${name}' does not exist in the registry with id '${cell.account}'`,
    );
  return found;
}

/** Digest of a tag that was pushed. */
export const pushedDigest = (repository: Repository, tag: string): string | null =>
  Object.entries(repository.images).find(([, { tags }]) => tags.includes(tag))?.[0] ?? null;

type Slices = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** What an image reference says of a registry here: the digest that was pushed, or null. Undefined for other registries. */
export function registryDigest(cells: Slices, reference: string): string | null | undefined {
  const parts = /^(\d{12})\.dkr\.ecr\.([^.]+)\.amazonaws\.com\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(reference);
  if (!parts) return undefined;
  const [, account, region, name, tag = 'latest', digest] = parts;
  const held = cells[`${account}/${region}`]?.['ecr'] as EcrSlice | undefined;
  const repository = held && entry(held.repositories, name!);
  if (!repository) return null;
  if (digest !== undefined) return entry(repository.images, digest) ? digest : null;
  return pushedDigest(repository, tag);
}
