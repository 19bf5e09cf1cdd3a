/** Images: whether they are in the registry, and made for the processor on which the tasks will run. */
import { ok, problem, unknown, type Finding, type Known } from './finding.js';

/** Where an image is pulled from; null of a registry other than ECR's private ones. */
export interface EcrReference {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  /** `{ tag }` or `{ digest }`. */
  readonly id: { readonly tag?: string; readonly digest?: string };
}

const ECR = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/;

export function ecrReference(image: string): EcrReference | null {
  const [, account, region, repository, tag, digest] = ECR.exec(image) ?? [];
  if (account === undefined) return null;
  const id = digest !== undefined ? { digest } : { tag: tag ?? 'latest' };
  return { account, region: region!, repository: repository!, id };
}

export interface ImageFact {
  readonly digest: string;
  /** `linux/amd64`, as an image list gives them; null where the manifest does not say. */
  readonly platforms: readonly string[] | null;
}

/** The processors of a manifest list; a single image's are in its configuration, which is not read. */
export function platformsOf(manifest: string | null): string[] | null {
  try {
    const { manifests } = JSON.parse(manifest ?? '') as { manifests?: { platform?: { os?: string; architecture?: string } }[] };
    const found = (manifests ?? [])
      .map(({ platform }) => `${platform?.os ?? 'unknown'}/${platform?.architecture ?? 'unknown'}`)
      // What goes with an image (attestations) has no platform.
      .filter((platform) => !platform.includes('unknown'));
    return found.length > 0 ? [...new Set(found)] : null;
  } catch {
    return null;
  }
}

/** @param seen null in it: there is no such image */
export function judgeImage(image: string, seen: Known<ImageFact | null> | null): Finding {
  if (seen === null) return unknown('image', `${image} is in a registry that baf does not ask`);
  if (!seen.known) return unknown('image', `whether ${image} is there is not known: ${seen.why}`);
  if (seen.value !== null) return ok('image', `${image} is there`);
  return problem('image', `there is no image ${image}`, 'Push it, or deploy a tag that is there.');
}

export interface Platform {
  readonly operatingSystemFamily?: string;
  readonly cpuArchitecture?: string;
}

export function judgeArchitecture(
  image: string,
  seen: Known<ImageFact | null> | null,
  wanted: Platform | undefined,
): Finding | null {
  const platforms = seen?.known ? (seen.value?.platforms ?? null) : null;
  if (seen?.known && seen.value === null) return null;
  if (platforms === null)
    return unknown('architecture', `for which processor ${image} is made is not known: its manifest does not say`);
  const os = /^windows/i.test(wanted?.operatingSystemFamily ?? '') ? 'windows' : 'linux';
  const processor = wanted?.cpuArchitecture === 'ARM64' ? 'arm64' : 'amd64';
  if (platforms.some((platform) => platform === `${os}/${processor}` || platform.startsWith(`${os}/${processor}/`)))
    return ok('architecture', `${image} is made for ${os}/${processor}`);
  return problem(
    'architecture',
    `${image} is made for ${platforms.join(', ')}, and the tasks run on ${os}/${processor}`,
    `Build it for ${os}/${processor} too (docker buildx build --platform ${os}/${processor}), or change runtimePlatform in the template.`,
  );
}
