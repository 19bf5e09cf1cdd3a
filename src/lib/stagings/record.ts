/** The record of a staging in SSM, and the names it makes: pure. */
import { UserError } from '../errors/user-error.js';
import { ExitCode } from '../errors/user-error.js';

export interface StagingRecord {
  readonly baf: 1;
  readonly name: string;
  readonly owner: string;
  readonly project: string;
  readonly environment: string;
  readonly status: 'creating' | 'ready' | 'deleting' | 'failed';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Service -> tag. */
  readonly services: Readonly<Record<string, string>>;
}

const reserved = new Set(['default', 'prod', 'production', 'staging', 'help', 'baf']);

/** A legal staging name: a DNS label of at most 30 characters that no environment uses; anything else is refused. */
export function checkStagingName(name: string, environments: readonly string[]): string {
  const refuse = (why: string): never => {
    throw new UserError('StagingNameInvalid', {
      message: `The staging name ${JSON.stringify(name)} ${why}.`,
      nextSteps: [
        slug(name)
          ? `Use lower-case letters, digits and dashes, e.g. ${slug(name)}`
          : 'Use lower-case letters, digits and dashes, e.g. demo',
      ],
      exitCode: ExitCode.usage,
    });
  };
  if (!/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name) || name.includes('--'))
    refuse('is not a DNS label of at most 30 characters');
  if (reserved.has(name) || environments.includes(name)) refuse('is reserved');
  return name;
}

/** A staging name made of a git branch: deterministic; empty where nothing legal is left. */
export function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return plain.length <= 30 ? plain : `${plain.slice(0, 23).replace(/-+$/, '')}-${hash(plain)}`;
}

/** Six characters of FNV-1a: tells long names with the same beginning apart. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h.toString(36).padStart(6, '0').slice(-6);
}

export function parseStagingRecord(value: string): StagingRecord | null {
  try {
    const record = JSON.parse(value) as StagingRecord;
    return record.baf === 1 && typeof record.name === 'string' ? record : null;
  } catch {
    return null;
  }
}
