/** The only place that calls ECR. */
import type { ECRClient } from '@aws-sdk/client-ecr';
import { awsCode, explainAwsError } from './errors.js';

/** Digest of `repository:tag` in the target's registry, or null where it is not there. */
export async function findImageDigest(
  client: () => Promise<ECRClient>,
  where: string,
  repositoryName: string,
  imageTag: string,
): Promise<string | null> {
  try {
    const { BatchGetImageCommand } = await import('./sdk/ecr.js');
    const answer = await (await client()).send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
    return answer.images?.[0]?.imageId?.imageDigest ?? null;
  } catch (error) {
    if (awsCode(error) === 'RepositoryNotFoundException') return null;
    throw explainAwsError(error, 'ecr:BatchGetImage', where);
  }
}
