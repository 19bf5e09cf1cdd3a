/** ECR: repositories, and every tag of them, with a digest derived from its name. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { page } from './page.js';

interface Repository {
  createdAt: number;
  pushed: Record<string, string>;
}
const slice = (cell: Cell): { repositories: Record<string, Repository> } => cell.slice('ecr', () => ({ repositories: {} }));

function need({ cell, account }: CallContext, name: string): Repository {
  const found = slice(cell).repositories[name];
  if (!found)
    throw new AwsError(
      'RepositoryNotFoundException',
      `The repository with name '${name}' does not exist in the registry with id '${account}'`,
    );
  return found;
}

const show = (name: string, repository: Repository, { account, region }: Cell) => ({
  repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
  registryId: account,
  repositoryName: name,
  repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
  createdAt: new Date(repository.createdAt),
  imageTagMutability: 'MUTABLE',
});

interface ImageId {
  imageTag?: string;
  imageDigest?: string;
}

function digest(context: CallContext, name: string, tag: string): string | null {
  const { outcome, digest } = context.world.image(context.account, context.region, `${name}:${tag}`);
  return outcome === 'missing' ? null : digest;
}

export const ecr: SandboxService = {
  name: 'ecr',
  operations: {
    CreateRepository(input: { repositoryName: string }, { cell, now }) {
      const { repositories } = slice(cell);
      if (repositories[input.repositoryName])
        throw new AwsError(
          'RepositoryAlreadyExistsException',
          `The repository with name '${input.repositoryName}' already exists in the registry with id '${cell.account}'`,
        );
      const made = (repositories[input.repositoryName] = { createdAt: now, pushed: {} });
      return { repository: show(input.repositoryName, made, cell) };
    },
    DescribeRepositories(input: { repositoryNames?: string[]; nextToken?: string; maxResults?: number }, context) {
      const names = input.repositoryNames ?? Object.keys(slice(context.cell).repositories).sort();
      const { items, token } = page(names, input.nextToken, input.maxResults ?? 100);
      return { repositories: items.map((name) => show(name, need(context, name), context.cell)), nextToken: token };
    },
    BatchGetImage(input: { repositoryName: string; imageIds: ImageId[] }, context) {
      need(context, input.repositoryName);
      const asked = input.imageIds.map((id) => ({
        id,
        found: id.imageDigest ?? digest(context, input.repositoryName, id.imageTag ?? ''),
      }));
      return {
        images: asked
          .filter(({ found }) => found)
          .map(({ id, found }) => ({
            registryId: context.account,
            repositoryName: input.repositoryName,
            imageId: { ...id, imageDigest: found },
            imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
            imageManifest: JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' }),
          })),
        failures: asked
          .filter(({ found }) => !found)
          .map(({ id }) => ({ imageId: id, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })),
      };
    },
    DescribeImages(input: { repositoryName: string; imageIds?: ImageId[] }, context) {
      const repository = need(context, input.repositoryName);
      const ids: ImageId[] = input.imageIds ?? Object.keys(repository.pushed).map((imageTag) => ({ imageTag }));
      return {
        imageDetails: ids.map((id) => {
          const found = id.imageDigest ?? digest(context, input.repositoryName, id.imageTag ?? '');
          if (!found)
            throw new AwsError(
              'ImageNotFoundException',
              `The image with imageId {imageDigest:'null', imageTag:'${id.imageTag}'} does not exist within the repository with name '${input.repositoryName}' in the registry with id '${context.account}'`,
            );
          return {
            registryId: context.account,
            repositoryName: input.repositoryName,
            imageDigest: found,
            imageTags: id.imageTag ? [id.imageTag] : [],
            imagePushedAt: new Date(repository.createdAt),
            imageSizeInBytes: 100_000_000,
          };
        }),
      };
    },
    ListImages(input: { repositoryName: string }, context) {
      const { pushed } = need(context, input.repositoryName);
      return { imageIds: Object.entries(pushed).map(([imageTag, imageDigest]) => ({ imageTag, imageDigest })) };
    },
    PutImage(input: { repositoryName: string; imageTag?: string; imageManifest: string }, context) {
      const repository = need(context, input.repositoryName);
      const imageTag = input.imageTag ?? 'latest';
      const imageDigest = context.world.image(context.account, context.region, `${input.repositoryName}:${imageTag}`).digest;
      repository.pushed[imageTag] = imageDigest;
      return {
        image: {
          registryId: context.account,
          repositoryName: input.repositoryName,
          imageId: { imageTag, imageDigest },
          imageManifest: input.imageManifest,
        },
      };
    },
  },
};
