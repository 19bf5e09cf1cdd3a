/**
 * Writes one deploy tag as the version that is expected to follow. SSM has no compare-and-swap: what can be had is to
 * see afterwards that somebody else wrote in between, and then to leave theirs standing.
 */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { ParameterVersion } from '../model/parameter.js';
import type { Target } from '../model/target.js';
import { formatAudit, parseAudit, type AuditRecord } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { roomIn } from '../tags/room.js';
import { parseTagValue } from '../tags/value.js';
import type { Effects, SsmGateway } from './effects.js';

export interface TagWrite {
  readonly environment: string;
  readonly service: string;
  readonly target: Target;
  /** `<tag>` or `<tag>@sha256:<digest>`. */
  readonly value: string;
  /** Version that it was decided on; 0 where there was none. */
  readonly expected: number;
  readonly record: Omit<AuditRecord, 'by' | 'version' | 'id'>;
}

export interface TagWritten {
  readonly version: number;
  /** What else had to be done, for the user. */
  readonly notes: readonly string[];
}

/** Throws `TagConflict` (exit 4) where somebody else wrote first; their value stands then, whatever this call did. */
export async function putTag(write: TagWrite, effects: Effects): Promise<TagWritten> {
  const { ssm } = effects.at(write.target);
  const name = tagParameter(write.environment, write.service);
  const id = Math.random().toString(36).slice(2, 10);
  const record = { by: effects.actor, ...write.record, version: write.expected + 1, id };
  const options = { description: formatAudit(record), after: write.expected };
  const notes: string[] = [];
  let version: number;
  try {
    version = await ssm.put(name, write.value, { ...options, create: write.expected === 0 });
  } catch (error) {
    const code = error instanceof UserError ? error.code : '';
    if (code === 'ParameterAlreadyExists') return settle(write, id, await ssm.history(name), notes, effects);
    if (code !== 'ParameterMaxVersionLimitExceeded') throw explain(error, write);
    notes.push(await makeRoom(write, name, ssm));
    version = await ssm.put(name, write.value, options);
  }
  if (version === write.expected + 1) return { version, notes };
  return settle(write, id, await ssm.history(name), notes, effects);
}

/** Another number than expected: ours alone, or somebody's in between. */
async function settle(
  write: TagWrite,
  id: string,
  history: readonly ParameterVersion[],
  notes: readonly string[],
  effects: Effects,
): Promise<TagWritten> {
  const since = history.filter((v) => v.version > write.expected);
  const isOurs = (v: ParameterVersion): boolean => parseAudit(v.description)?.id === id;
  const ours = since.find(isOurs);
  const first = since.find((v) => !isOurs(v));
  // What another wrote after ours is a change of what we wrote, as anybody may make it.
  if (ours && (!first || first.version > ours.version)) return { version: ours.version, notes };
  const winner = since.findLast((v) => !isOurs(v) && (!ours || v.version < ours.version));
  if (!winner)
    throw new UserError('TagConflict', {
      message: `${write.service} in ${write.target.name} is not at version ${write.expected} any more.`,
      nextSteps: ['Look at it, and decide again.'],
      exitCode: ExitCode.refused,
    });
  if (ours && winner.value === write.value) return { version: ours.version, notes };
  if (ours && ours === history.at(-1)) await restore(write, winner, ours.version, effects);
  throw conflict(write, winner);
}

/** The one who wrote first wins: their value is written again. */
async function restore(write: TagWrite, winner: ParameterVersion, ours: number, effects: Effects): Promise<void> {
  const { ssm } = effects.at(write.target);
  const record: AuditRecord = {
    by: effects.actor,
    op: 'restore',
    version: ours + 1,
    reason: `version ${winner.version} came first`,
  };
  await ssm.put(tagParameter(write.environment, write.service), winner.value, {
    description: formatAudit({ ...record, id: Math.random().toString(36).slice(2, 10) }),
    after: ours,
  });
}

export function conflict(write: Pick<TagWrite, 'service' | 'target' | 'expected'>, winner: ParameterVersion): UserError {
  const by = writerOf(winner);
  return new UserError('TagConflict', {
    message: `${by} set ${write.service} in ${write.target.name} to ${parseTagValue(winner.value).tag} (version ${winner.version}) meanwhile; it was version ${write.expected} when this was decided.`,
    nextSteps: [`Theirs stands. Talk to ${by}, or run the same command again to decide on what is there now.`],
    exitCode: ExitCode.refused,
    details: { by, version: winner.version, tag: parseTagValue(winner.value).tag },
  });
}

/** By the audit record where it is this version's own, by AWS otherwise. */
export function writerOf(version: Pick<ParameterVersion, 'description' | 'version' | 'updatedBy'>): string {
  const audit = parseAudit(version.description);
  return (audit?.version === version.version ? audit.by : version.updatedBy?.split('/').at(-1)) ?? 'somebody';
}

async function makeRoom(write: TagWrite, name: string, ssm: SsmGateway): Promise<string> {
  const where = `${write.service} in ${write.target.name}`;
  const room = roomIn(await ssm.history(name));
  if (room.kind === 'foreign')
    throw new UserError('LabelInTheWay', {
      message: `${where} has a hundred versions, and the oldest (${room.version}) cannot make room: somebody put the label ${room.labels.join(', ')} on it.`,
      nextSteps: [
        `baf ssm tags label ${write.service} ${room.labels[0]} --env ${write.environment} --remove takes it away; without --remove it goes to the newest version.`,
      ],
      exitCode: ExitCode.refused,
    });
  if (room.kind === 'free') return `${where}: made room for a new version`;
  if (room.to === null) {
    await ssm.unlabel(name, room.version, room.labels);
    return `${where}: the label ${room.labels.join(', ')} was taken from version ${room.version}, the oldest of a hundred`;
  }
  await ssm.label(name, room.to, room.labels);
  return `${where}: the label ${room.labels.join(', ')} moved from version ${room.version}, the oldest of a hundred, to ${room.to}, which says the same`;
}

function explain(error: unknown, write: TagWrite): unknown {
  if (!(error instanceof UserError)) return error;
  const about = { exitCode: error.exitCode, details: error.details };
  const where = `${write.service} in ${write.target.name}`;
  if (error.code === 'ParameterPatternMismatchException')
    return new UserError('TagRefused', {
      ...about,
      message: `${where}: ${write.value} does not fit the pattern that its parameter allows (${/allowedPattern: (.*)$/s.exec(error.message)?.[1] ?? 'AllowedPattern'}).`,
      nextSteps: [`Choose a tag that fits, or change the pattern of ${tagParameter(write.environment, write.service)}.`],
    });
  if (error.code === 'HierarchyTypeMismatchException')
    return new UserError('TagRefused', {
      ...about,
      message: `${where}: the parameter is not of type String, and SSM does not change a type.`,
      nextSteps: [`Delete ${tagParameter(write.environment, write.service)} there, and write it again after half a minute.`],
    });
  return error;
}
