/** Images that cannot be pulled, or do not run where they were put. */
import { pattern, type Family } from './pattern.js';

export const image: Family = {
  name: 'image',
  patterns: [
    pattern(
      'ImageWrongPlatform',
      'failure',
      /does not contain descriptor matching platform|exec format error/i,
      'Build the image for the platform of the task (docker build --platform linux/amd64), or set the architecture of the service. A start script without #! in its first line gives the same error.',
    ),
    pattern(
      'RegistryRateLimited',
      'failure',
      /toomanyrequests|pull rate limit/i,
      'Take the image from ECR: copy it there, or use a pull-through cache. Docker Hub lets anonymous pulls through only slowly.',
    ),
    pattern(
      'RegistryUnreachable',
      'failure',
      /ecr registry auth[^]*(RequestError|i\/o timeout|dial tcp|deadline exceeded|RequestCanceled)|CannotPull[^]*(while waiting for connection|context canceled|i\/o timeout|dial tcp|deadline exceeded|no such host)/i,
      'The task has no way to the registry from its subnets. Ask the platform team for a NAT gateway, or VPC endpoints of ECR and S3.',
    ),
    pattern(
      'RegistryDenied',
      'failure',
      /ecr registry auth[^]*(AccessDenied|not authorized)|CannotPull[^]*(AccessDenied|denied|403 Forbidden|not authorized|no basic auth credentials)|CannotPullContainerError: API error\s*$/i,
      'Ask the platform team to let the execution role pull from this repository; one of another account needs a repository policy as well.',
    ),
    pattern(
      'ImageNotFound',
      'failure',
      /CannotPull[^]*not found/i,
      'Push this tag to the registry of the target, or deploy a tag that is there; check the name of the image in baf.yaml.',
    ),
    pattern(
      'LayersUnreachable',
      'failure',
      /CannotPull[^]*(httpReaderSeeker|failed to copy)/i,
      'The registry answered, the layers did not come. Deploy again; when it stays, ask the platform team for a gateway endpoint of S3 in the subnets.',
    ),
    pattern(
      'ImageNotResolved',
      'failure',
      /CannotPull[^]*failed to resolve ref/i,
      'Check that this tag is in the registry of the target; if it is, the task does not reach the registry or may not read it.',
    ),
    pattern(
      'ImageNotPulled',
      'failure',
      /CannotPull(Container|ECRContainer|Manifest)?(?![^]*no space left)|unable to retrieve ecr registry auth/i,
      'Check the name and tag of the image, that the execution role may pull it, and that the subnets reach the registry.',
    ),
  ],
};
