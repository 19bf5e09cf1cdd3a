/** Manifests: what an image consists of, also one that nobody pushed. */
import { createHash } from 'node:crypto';
import { invalid } from './state.js';

interface Manifest {
  mediaType?: string;
  config?: { mediaType?: string; digest?: string; size?: number };
  layers?: { digest?: string; size?: number }[];
  manifests?: { digest?: string }[];
}

export const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const parse = (text: string): Manifest => JSON.parse(text) as Manifest;

/** A manifest for an image that nobody pushed: its parts are named after its digest. */
export const manifestOf = (digest: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 7_023, digest: sha256(`config of ${digest}`) },
    layers: [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 100_000_000, digest: sha256(`layer of ${digest}`) },
    ],
  });

export function sizeOf(manifest: string): number {
  const { config, layers = [] } = parse(manifest);
  return layers.reduce((sum, { size }) => sum + (size ?? 0), config?.size ?? 0);
}

export function readManifest(text: string): Manifest {
  try {
    const read: unknown = JSON.parse(text);
    if (read !== null && typeof read === 'object' && !Array.isArray(read)) return read;
  } catch {
    // Refused below.
  }
  throw invalid("Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'");
}
