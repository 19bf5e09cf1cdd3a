/**
 * A deploy's record as an SSM parameter holds it: at most 4096 bytes. What many rollouts share is written once; what has no
 * room all the same is left out in the order of least interest, and counted.
 */
import type { Cause } from '../model/cause.js';
import type { DeployRecord, RecordedRollout } from './record.js';

export const MOST_BYTES = 4096;

/** Services that went alike in the same targets: names, target numbers, from, to, status, number of the cause. */
type Row = [string[], number[], string | null, string, string, number];

interface Written {
  readonly baf: 1;
  readonly project: string;
  readonly kind: string;
  readonly by: string;
  readonly machine: string;
  readonly pid: number;
  readonly commit?: string;
  readonly run?: string;
  /** Why, and the guard that it was let through. */
  readonly why?: string;
  readonly over?: 'freeze';
  readonly plan: string;
  readonly at: number;
  readonly beat: number;
  readonly end?: number;
  readonly state: string;
  readonly wave: number;
  readonly targets: string[][];
  readonly rows: Row[];
  readonly causes: [string, string, string][];
  /** Revisions by service: from and to in the order of the targets, without what is the family's name. */
  readonly revisions?: Record<string, [string, string][]>;
  readonly cut?: Record<string, number>;
}

/** What is left out first. */
const interest = ['unchanged', 'skipped', 'queued', 'succeeded', 'cancelled', 'rolled-back', 'started', 'running', 'failed'];

export function formatRecord(record: DeployRecord): string {
  const attempts: ((r: DeployRecord) => string)[] = [
    (r) => write(r, { revisions: true, cause: Infinity }),
    (r) => write(r, { revisions: false, cause: Infinity }),
    (r) => write(r, { revisions: false, cause: 200 }),
    (r) => write(r, { revisions: false, cause: 80 }),
  ];
  for (const attempt of attempts) {
    const text = attempt(record);
    if (fits(text)) return text;
  }
  let left = record.rollouts.toSorted((a, b) => interest.indexOf(b.status) - interest.indexOf(a.status));
  let cut = { ...record.cut };
  for (;;) {
    // A tenth at a time: the first that fits is near the most that does.
    const gone = left.slice(left.length - Math.max(1, Math.ceil(left.length / 10)));
    left = left.slice(0, left.length - gone.length);
    cut = gone.reduce((sum, r) => ({ ...sum, [r.status]: (sum[r.status] ?? 0) + 1 }), cut);
    const order = new Set(left);
    const rollouts = record.rollouts.filter((r) => order.has(r));
    const text = write({ ...record, rollouts, cut }, { revisions: false, cause: 80 });
    if (fits(text) || left.length === 0) return text;
  }
}

const fits = (text: string): boolean => new TextEncoder().encode(text).length <= MOST_BYTES;

const short = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

function write(record: DeployRecord, { revisions, cause }: { revisions: boolean; cause: number }): string {
  const targets: string[][] = [];
  for (const r of record.rollouts) {
    while (targets.length <= r.wave) targets.push([]);
    if (!targets[r.wave]!.includes(r.target)) targets[r.wave]!.push(r.target);
  }
  const order = targets.flat();
  const causes: [string, string, string][] = [];
  const causeOf = ({ cause: c }: RecordedRollout): number => {
    if (!c) return -1;
    const text: [string, string, string] = [c.code, short(c.message, cause), short(c.advice, cause)];
    const at = causes.findIndex((other) => other.join('\n') === text.join('\n'));
    return at >= 0 ? at : causes.push(text) - 1;
  };
  // First the targets of one service that are alike, then the services whose targets are.
  const ofService = new Map<string, Row>();
  for (const r of record.rollouts) {
    const rest = [r.from?.tag ?? null, r.to.tag, r.status, causeOf(r)] as const;
    const key = JSON.stringify([r.service, ...rest]);
    const row = ofService.get(key) ?? ([[r.service], [], ...rest] as Row);
    row[1].push(order.indexOf(r.target));
    ofService.set(key, row);
  }
  const rows = new Map<string, Row>();
  for (const [[service], ...rest] of ofService.values()) {
    const key = JSON.stringify(rest);
    const row = rows.get(key);
    if (row) row[0].push(service!);
    else rows.set(key, [[service!], ...rest]);
  }
  const { project, kind, by, machine, pid, plan, state, wave } = record;
  const written: Written = {
    baf: 1,
    project,
    kind,
    by: short(by, 100),
    machine,
    pid,
    ...(record.commit ? { commit: short(record.commit, 64) } : {}),
    ...(record.run ? { run: short(record.run, 300) } : {}),
    ...(record.note?.reason ? { why: short(record.note.reason, 300) } : {}),
    ...(record.note?.overrode ? { over: record.note.overrode } : {}),
    plan,
    at: record.startedAt,
    beat: record.beatAt,
    ...(record.finishedAt === null ? {} : { end: record.finishedAt }),
    state,
    wave,
    targets,
    rows: [...rows.values()],
    causes,
    ...(revisions ? { revisions: revisionsOf(record, order) } : {}),
    ...(Object.keys(record.cut).length > 0 ? { cut: record.cut } : {}),
  };
  // SSM takes no {{...}} in a value.
  return JSON.stringify(written).replaceAll('{{', '{\\u007b');
}

function revisionsOf(record: DeployRecord, order: readonly string[]): Record<string, [string, string][]> {
  const found: Record<string, [string, string][]> = {};
  for (const r of record.rollouts) {
    const list = (found[r.service] ??= order.map((): [string, string] => ['', '']));
    const family = `${familyOf(record, r.service)}:`;
    const bare = (revision = ''): string => (revision.startsWith(family) ? revision.slice(family.length) : revision);
    list[order.indexOf(r.target)] = [bare(r.from?.revision), bare(r.to.revision)];
  }
  return found;
}

/** The family that templates give a service: not written down with each revision. */
const familyOf = ({ project, environment }: Pick<DeployRecord, 'project' | 'environment'>, service: string): string =>
  `${project}-${environment}-${service}`;

/** The record, or null where the value is none of ours. */
export function parseRecord(environment: string, id: string, value: string): DeployRecord | null {
  let w: Written;
  try {
    w = JSON.parse(value) as Written;
  } catch {
    return null;
  }
  if (w?.baf !== 1 || !Array.isArray(w.rows) || !Array.isArray(w.targets) || typeof w.at !== 'number') return null;
  const waves = w.targets.flatMap((targets, wave) => targets.map((target) => ({ target, wave })));
  const rollouts = w.rows.flatMap(([services, numbers, from, to, status, cause]) =>
    services.flatMap((service) =>
      numbers.flatMap((number): RecordedRollout[] => {
        const where = waves[number];
        if (!where) return [];
        const [before, after] = w.revisions?.[service]?.[number] ?? ['', ''];
        const why = w.causes[cause];
        return [
          {
            service,
            ...where,
            status: status as RecordedRollout['status'],
            from: from === null ? null : { tag: from, ...revision(before, familyOf({ ...w, environment }, service)) },
            to: { tag: to, ...revision(after, familyOf({ ...w, environment }, service)) },
            ...(why ? { cause: { code: why[0], message: why[1], advice: why[2] } satisfies Cause } : {}),
          },
        ];
      }),
    ),
  );
  const place = new Map(waves.map(({ target }, index) => [target, index]));
  return {
    id,
    environment,
    project: w.project,
    kind: w.kind === 'rollback' ? 'rollback' : 'deploy',
    by: w.by,
    machine: w.machine,
    pid: w.pid,
    commit: w.commit ?? null,
    run: w.run ?? null,
    ...(w.why || w.over ? { note: { ...(w.why ? { reason: w.why } : {}), ...(w.over ? { overrode: w.over } : {}) } } : {}),
    plan: w.plan,
    startedAt: w.at,
    beatAt: w.beat,
    finishedAt: w.end ?? null,
    state: w.state as DeployRecord['state'],
    wave: w.wave,
    rollouts: rollouts.toSorted((a, b) => a.wave - b.wave || place.get(a.target)! - place.get(b.target)!),
    cut: w.cut ?? {},
  };
}

const revision = (text: string, family: string): { revision?: string } =>
  text === '' ? {} : { revision: text.includes(':') ? text : `${family}:${text}` };
