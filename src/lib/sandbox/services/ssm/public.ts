/** Parameters that AWS itself publishes, as far as deploys read them: images for container instances. */
import { createHash } from 'node:crypto';
import { entry } from '../records.js';

const AGENT = '1.98.0';
const RUNTIME = 'Docker version 25.0.8';
const RELEASE = '20260901';

interface Published {
  readonly value: string;
  readonly dataType: 'text' | 'aws:ec2:image';
}

/** An AMI id that is the same in every account, and another in every region. */
const amiOf = (region: string, name: string): string =>
  `ami-0${createHash('sha256').update(`${region}/${name}`).digest('hex').slice(0, 16)}`;

const systems: Readonly<Record<string, { os: string; image: string }>> = {
  'amazon-linux-2023': { os: 'Amazon Linux 2023', image: `al2023-ami-ecs-hvm-2023.0.${RELEASE}-kernel-6.1-x86_64` },
  'amazon-linux-2023/arm64': { os: 'Amazon Linux 2023', image: `al2023-ami-ecs-hvm-2023.0.${RELEASE}-kernel-6.1-arm64` },
  'amazon-linux-2': { os: 'Amazon Linux 2', image: `amzn2-ami-ecs-hvm-2.0.${RELEASE}-x86_64-ebs` },
  'amazon-linux-2/arm64': { os: 'Amazon Linux 2', image: `amzn2-ami-ecs-hvm-2.0.${RELEASE}-arm64-ebs` },
};

/** Null for a name that is not published. */
export function published(region: string, name: string): Published | null {
  const plain = /^\/aws\/service\/ami-amazon-linux-latest\/(al2023-ami-kernel-default-(?:x86_64|arm64))$/.exec(name)?.[1];
  if (plain) return { value: amiOf(region, plain), dataType: 'aws:ec2:image' };
  const [, key, field] = /^\/aws\/service\/ecs\/optimized-ami\/(.+?)\/recommended(?:\/(\w+))?$/.exec(name) ?? [];
  const system = key === undefined ? undefined : entry(systems, key);
  if (!system) return null;
  const details: Record<string, string | number> = {
    ecs_agent_version: AGENT,
    ecs_runtime_version: RUNTIME,
    image_id: amiOf(region, system.image),
    image_name: system.image,
    image_version: `2.0.${RELEASE}`,
    os: system.os,
    schema_version: 1,
    source_image_name: system.image.replace('-ecs-', '-minimal-'),
  };
  if (field === undefined) return { value: JSON.stringify(details), dataType: 'text' };
  const value = entry(details, field);
  return value === undefined ? null : { value: String(value), dataType: field === 'image_id' ? 'aws:ec2:image' : 'text' };
}
