/** How requests name an image, and what is said of a name that is wrong. */

export interface ImageId {
  imageTag?: string;
  imageDigest?: string;
}
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** As AWS writes an id into its messages. */
export const named = ({ imageDigest, imageTag }: ImageId): string =>
  `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;

const failure = (imageId: ImageId, failureCode: string, failureReason: string): object => ({
  imageId,
  failureCode,
  failureReason,
});
export const notFound = (id: ImageId): object => failure(id, 'ImageNotFound', 'Requested image not found');

export function malformed(id: ImageId): object | null {
  if (id.imageTag === undefined && id.imageDigest === undefined)
    return failure(id, 'MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  if (id.imageDigest !== undefined && !DIGEST.test(id.imageDigest))
    return failure(
      id,
      'InvalidImageDigest',
      "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    );
  return null;
}
