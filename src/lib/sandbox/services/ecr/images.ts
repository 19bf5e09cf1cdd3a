/** Images: those that were pushed, and every other tag unless the sandbox is told to be strict. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { page } from '../page.js';
import { entry } from '../records.js';
import { badToken, hostOf, need, pushedDigest, type Image, type Repository } from './state.js';
import { IMAGE, sha256, parse, manifestOf, sizeOf, readManifest } from './manifest.js';
import { type ImageId, DIGEST, named, notFound, malformed } from './image-ids.js';

interface Named {
  repositoryName: string;
}

const notThere = (name: string, { account }: Cell): string =>
  `within the repository with name '${name}' in the registry with id '${account}'`;

interface Found {
  digest: string;
  /** Null for an image that exists without having been pushed. */
  image: Image | null;
  tags: string[];
}

function find({ cell, world }: CallContext, name: string, repository: Repository, id: ImageId): Found | null {
  const { imageTag: tag, imageDigest: digest } = id;
  if (digest !== undefined) {
    const image = entry(repository.images, digest);
    if (image) return tag === undefined || image.tags.includes(tag) ? { digest, image, tags: image.tags } : null;
  }
  const reference = `${hostOf(cell)}/${name}${tag === undefined ? `@${digest}` : `:${tag}`}`;
  const fate = world.image(cell.account, cell.region, reference);
  if (fate.outcome === 'missing' || (digest !== undefined && tag !== undefined && fate.digest !== digest)) return null;
  const held = tag === undefined ? null : pushedDigest(repository, tag);
  if (held !== null) return { digest: held, image: repository.images[held]!, tags: repository.images[held]!.tags };
  return { digest: digest ?? fate.digest, image: null, tags: tag === undefined ? [] : [tag] };
}

function push(
  input: Named & { imageManifest: string; imageManifestMediaType?: string; imageTag?: string; imageDigest?: string },
  { cell, now }: CallContext,
): object {
  const { repositoryName: name, imageManifest: manifest, imageTag: tag } = input;
  const repository = need(cell, name);
  const read = readManifest(manifest);
  const digest = sha256(manifest);
  if (input.imageDigest !== undefined && input.imageDigest !== digest)
    throw new AwsError(
      'ImageDigestDoesNotMatchException',
      'The specified image digest does not match the digest that Amazon ECR calculated for the image.',
    );
  const missing = (read.manifests ?? []).map((m) => m.digest ?? '').filter((d) => !entry(repository.images, d));
  if (missing.length > 0)
    throw new AwsError(
      'ReferencedImagesNotFoundException',
      `Images with digests '[${missing.join(', ')}]' required for pushing image into repository with name '${name}' in the registry with id '${cell.account}' do not exist`,
    );
  const before = entry(repository.images, digest);
  if (before && (tag === undefined || before.tags.includes(tag)))
    throw new AwsError(
      'ImageAlreadyExistsException',
      `Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists in the repository with name '${name}' in registry with id '${cell.account}'`,
    );
  const holder = tag === undefined ? null : pushedDigest(repository, tag);
  if (holder !== null && repository.mutability.startsWith('IMMUTABLE'))
    throw new AwsError(
      'ImageTagAlreadyExistsException',
      `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.`,
    );
  if (holder !== null) drop(repository, holder, tag);
  const mediaType = input.imageManifestMediaType ?? read.mediaType ?? IMAGE;
  const image = (repository.images[digest] ??= { manifest, mediaType, tags: [], pushedAt: now });
  if (tag !== undefined) image.tags.push(tag);
  return { image: show(cell, name, { imageTag: tag, imageDigest: digest }, manifest, mediaType) };
}

/** Takes a tag from an image; what else stays is untagged. */
function drop(repository: Repository, digest: string, tag: string | undefined): void {
  const image = repository.images[digest]!;
  image.tags = image.tags.filter((t) => t !== tag);
}

const show = (
  { account }: Cell,
  repositoryName: string,
  imageId: ImageId,
  imageManifest: string,
  imageManifestMediaType: string,
): object => ({
  registryId: account,
  repositoryName,
  imageId,
  imageManifest,
  imageManifestMediaType,
});

function batchGet({ repositoryName, imageIds }: Named & { imageIds: ImageId[] }, context: CallContext): object {
  const repository = need(context.cell, repositoryName);
  const images: object[] = [];
  const failures: object[] = [];
  for (const id of imageIds) {
    const wrong = malformed(id);
    const found = wrong ? null : find(context, repositoryName, repository, id);
    if (!found) {
      failures.push(wrong ?? notFound(id));
      continue;
    }
    const { digest, image } = found;
    const manifest = image?.manifest ?? manifestOf(digest);
    images.push(show(context.cell, repositoryName, { ...id, imageDigest: digest }, manifest, image?.mediaType ?? IMAGE));
  }
  return { images, failures };
}

interface ListInput extends Named {
  imageIds?: ImageId[];
  filter?: { tagStatus?: 'TAGGED' | 'UNTAGGED' | 'ANY' };
  maxResults?: number;
  nextToken?: string;
}

const hasStatus = ({ tags }: Image, status: string | undefined): boolean =>
  status === undefined || status === 'ANY' || (status === 'TAGGED') === tags.length > 0;

function describe(input: ListInput, context: CallContext): object {
  const { cell } = context;
  const name = input.repositoryName;
  const repository = need(cell, name);
  const detail = ({ digest, image, tags }: Found): object => {
    const manifest = image?.manifest ?? manifestOf(digest);
    return {
      registryId: cell.account,
      repositoryName: name,
      imageDigest: digest,
      ...(tags.length ? { imageTags: [...tags] } : {}),
      imageSizeInBytes: sizeOf(manifest),
      imagePushedAt: new Date(image?.pushedAt ?? repository.createdAt),
      imageManifestMediaType: image?.mediaType ?? IMAGE,
      artifactMediaType: parse(manifest).config?.mediaType,
    };
  };
  if (input.imageIds)
    return {
      imageDetails: input.imageIds.map((id) => {
        const found = find(context, name, repository, id);
        if (!found)
          throw new AwsError(
            'ImageNotFoundException',
            `The image with imageId ${named(id)} does not exist ${notThere(name, cell)}`,
          );
        return detail(found);
      }),
    };
  const all = Object.entries(repository.images).filter(([, image]) => hasStatus(image, input.filter?.tagStatus));
  const { items, token } = page(all, input.nextToken, input.maxResults ?? 100, badToken);
  return { imageDetails: items.map(([digest, image]) => detail({ digest, image, tags: image.tags })), nextToken: token };
}

function list(input: ListInput, { cell }: CallContext): object {
  const all = Object.entries(need(cell, input.repositoryName).images)
    .filter(([, image]) => hasStatus(image, input.filter?.tagStatus))
    .flatMap(([imageDigest, { tags }]): ImageId[] =>
      tags.length ? tags.map((imageTag) => ({ imageDigest, imageTag })) : [{ imageDigest }],
    );
  const { items, token } = page(all, input.nextToken, input.maxResults ?? 100, badToken);
  return { imageIds: items, nextToken: token };
}

/** By digest an image goes with all its tags; by tag it goes with its last one. */
function batchDelete({ repositoryName, imageIds }: Named & { imageIds: ImageId[] }, { cell }: CallContext): object {
  const repository = need(cell, repositoryName);
  const gone: ImageId[] = [];
  const failures: object[] = [];
  for (const id of imageIds) {
    const wrong = malformed(id);
    const digest = id.imageDigest ?? (id.imageTag === undefined ? null : pushedDigest(repository, id.imageTag));
    const image = digest === null || wrong ? undefined : entry(repository.images, digest);
    if (!image || (id.imageTag !== undefined && !image.tags.includes(id.imageTag))) {
      failures.push(wrong ?? notFound(id));
      continue;
    }
    if (id.imageTag === undefined)
      gone.push(
        ...(image.tags.length ? image.tags.map((imageTag) => ({ imageTag, imageDigest: digest! })) : [{ imageDigest: digest! }]),
      );
    else gone.push({ imageTag: id.imageTag, imageDigest: digest! });
    if (id.imageTag !== undefined) drop(repository, digest!, id.imageTag);
    if (id.imageTag === undefined || image.tags.length === 0) delete repository.images[digest!];
  }
  return { imageIds: gone, failures };
}

function checkLayers({ repositoryName, layerDigests }: Named & { layerDigests: string[] }, { cell }: CallContext): object {
  const known = Object.values(need(cell, repositoryName).images).flatMap(({ manifest }) => {
    const { config, layers = [] } = parse(manifest);
    return [config, ...layers];
  });
  const bad = layerDigests.filter((digest) => !DIGEST.test(digest));
  return {
    layers: layerDigests
      .filter((digest) => DIGEST.test(digest))
      .map((layerDigest) => {
        const layer = known.find((one) => one?.digest === layerDigest);
        return layer
          ? { layerDigest, layerAvailability: 'AVAILABLE', layerSize: layer.size ?? 0 }
          : { layerDigest, layerAvailability: 'UNAVAILABLE', layerSize: 0 };
      }),
    failures: bad.map((layerDigest) => ({
      layerDigest,
      failureCode: 'InvalidLayerDigest',
      failureReason: "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    })),
  };
}

export const imageOperations: Readonly<Record<string, Operation>> = {
  PutImage: push,
  BatchGetImage: batchGet,
  DescribeImages: describe,
  ListImages: list,
  BatchDeleteImage: batchDelete,
  BatchCheckLayerAvailability: checkLayers,
};
