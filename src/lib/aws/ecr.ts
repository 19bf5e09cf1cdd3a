/** The only place that calls ECR. */
import type { BatchGetImageCommandInput, BatchGetImageCommandOutput, ECRClient } from '@aws-sdk/client-ecr';
import { platformsOf, type ImageFact } from '../preflight/image.js';
import { awsCode, explainAwsError } from './errors.js';
import { sendRead } from './short-way.js';

/** Lists before single images: a list says for which processors it is made. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+json',
];

/** @param registryId account of a registry that others share; the target's own where it is left out */
export async function findImage(
  client: () => Promise<ECRClient>,
  where: string,
  repositoryName: string,
  id: { readonly tag?: string; readonly digest?: string },
  registryId?: string,
): Promise<ImageFact | null> {
  try {
    const { BatchGetImageCommand } = await import('./sdk/ecr.js');
    const imageIds = [{ imageTag: id.tag, imageDigest: id.digest }];
    const answer = await sendRead<BatchGetImageCommandInput, BatchGetImageCommandOutput>(
      await client(),
      BatchGetImageCommand,
      { registryId, repositoryName, imageIds, acceptedMediaTypes: MANIFESTS },
      (json) => json as BatchGetImageCommandOutput,
    );
    const image = answer.images?.[0];
    if (!image?.imageId?.imageDigest) return null;
    return { digest: image.imageId.imageDigest, platforms: platformsOf(image.imageManifest ?? null) };
  } catch (error) {
    if (awsCode(error) === 'RepositoryNotFoundException') return null;
    throw explainAwsError(error, 'ecr:BatchGetImage', where);
  }
}
