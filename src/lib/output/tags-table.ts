/** Deploy tags as a table: targets that agree are one row, so that a fleet stays readable. */
import type { TagRow } from '../model/tag-row.js';
import { duration, paint, table, tableWidth, targetsText, type Paint } from './style.js';

export function renderTags(rows: readonly TagRow[], { color, columns }: { color: boolean; columns: number }): string {
  if (rows.length === 0) return 'No services, no tags.\nbaf deploy SERVICE --env ENV --tag TAG sets the first one.';
  const { bold, dim } = paint(color);
  const tint = tints(paint(color));
  const services = new Set(rows.map((r) => r.service)).size;
  const groups = [...folded(rows.filter((r) => !isClosed(r))), ...closed(rows.filter(isClosed))];
  // With --desired nobody looked at what runs.
  const looked = !rows.some((r) => r.state === 'unchecked');
  const cells = groups.map((group) => {
    const [row] = group as [TagRow, ...TagRow[]];
    const name = isClosed(row) && services > 1 ? `all ${services}` : row.service;
    const tag = row.pinned === null ? (row.tag ?? '-') : `${row.tag ?? '-'} (pinned)`;
    const state = tint[row.state](row.state);
    return looked
      ? [name, row.environment, tag, row.running ?? '-', state, row.live ?? '-']
      : [name, row.environment, tag, state];
  });
  const head = ['SERVICE', 'ENV', 'TAG', ...(looked ? ['RUNNING', 'STATE', 'LIVE'] : ['STATE'])].map((text) => bold(text));
  const fixed = [head, ...cells];
  // The targets have what the other columns leave; who and when come after them, whole or not at all.
  const by = groups.map(lastChange);
  const byWidth = Math.max(2, ...by.map((text) => text.length));
  const left = columns - tableWidth(fixed) - 2;
  const all = everywhere(rows);
  const wanted = Math.max(...groups.map((group) => all(group)?.length ?? group[0]!.target.length + (group.length > 1 ? 6 : 0)));
  const withBy = left - byWidth - 2 >= wanted;
  const room = Math.max(wanted, withBy ? left - byWidth - 2 : left);
  const body = groups.map((group, index) => [
    ...cells[index]!,
    all(group) ??
      targetsText(
        group.map((r) => r.target),
        room,
      ),
    ...(withBy ? [dim(by[index]!)] : []),
  ]);
  return table([[...head, bold('TARGETS'), ...(withBy ? [bold('BY')] : [])], ...body], columns);
}

/** More targets than these are not named where a row is about all of an environment's. */
const FEW = 4;

/** `all 80 targets`, or null. */
function everywhere(rows: readonly TagRow[]): (group: readonly TagRow[]) => string | null {
  const targets = new Map<string, Set<string>>();
  for (const { environment, target } of rows)
    targets.set(environment, (targets.get(environment) ?? new Set<string>()).add(target));
  return (group) => {
    const { size } = targets.get(group[0]!.environment)!;
    return size > FEW && group.length === size ? `all ${size} targets` : null;
  };
}

const tints = ({ green, yellow, red, dim }: Paint): Record<TagRow['state'], (text: string) => string> => ({
  'in-sync': green,
  rolling: yellow,
  drifted: red,
  foreign: red,
  missing: dim,
  denied: red,
  unreadable: red,
  unchecked: dim,
});

/** A whole target that cannot be read: no row for each service, they would all say the same. */
const isClosed = (row: TagRow): boolean => row.version === null && (row.state === 'denied' || row.state === 'unreadable');

function closed(rows: readonly TagRow[]): TagRow[][] {
  const groups = new Map<string, Map<string, TagRow>>();
  for (const row of rows) {
    const key = `${row.environment} ${row.state}`;
    const group = groups.get(key) ?? new Map<string, TagRow>();
    groups.set(key, group.has(row.target) ? group : group.set(row.target, row));
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/** Everything, a line for each target. */
export function renderTagsWide(rows: readonly TagRow[], { color, now }: { color: boolean; now: number }): string {
  const { bold } = paint(color);
  const tint = tints(paint(color));
  const head = [
    'SERVICE',
    'ENV',
    'TARGET',
    'TAG',
    'DIGEST',
    'VERSION',
    'LIVE',
    'RUNNING',
    'RUNNING DIGEST',
    'STATE',
    'AGE',
    'OP',
    'BY',
    'PINNED',
  ];
  const short = (digest: string | null) => digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? '-';
  const body = rows.map((r) => [
    ...[r.service, r.environment, r.target, r.tag ?? '-', short(r.digest), String(r.version ?? '-'), r.live ?? '-'],
    ...[r.running ?? '-', short(r.runningDigest), tint[r.state](r.state)],
    r.updatedAt === null ? '-' : duration(now - Date.parse(r.updatedAt)),
    ...[r.op ?? '-', r.updatedBy ?? '-', r.pinned ?? '-'],
  ]);
  return table([head.map((text) => bold(text)), ...body], Infinity);
}

const COLUMNS = [
  ...(['service', 'environment', 'target', 'tag', 'digest', 'version', 'live', 'running', 'runningDigest'] as const),
  ...(['state', 'updatedAt', 'updatedBy', 'op', 'pinned', 'problem'] as const),
];

/** By RFC 4180, but with line breaks as Unix has them; a cell that a spreadsheet would take for a formula is quoted with '. */
export function tagsCsv(rows: readonly TagRow[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((key) => cell(row[key])).join(','))].join('\n');
}

/** Rows that agree, together; services and their environments in the order they came in, each in one place. */
function folded(rows: readonly TagRow[]): TagRow[][] {
  const places = new Map<string, Map<string, TagRow[]>>();
  for (const row of rows) {
    const place = `${row.service}\n${row.environment}`;
    const key = [row.tag, row.digest, row.live, row.running, row.state, row.pinned].join('\n');
    const groups = places.get(place) ?? new Map<string, TagRow[]>();
    places.set(place, groups);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...places.values()].flatMap((groups) => [...groups.values()]);
}

/** The newest change among targets that agree. */
function lastChange(group: readonly TagRow[]): string {
  const [newest] = group.filter((r) => r.updatedBy !== null).toSorted((a, b) => descending(a.updatedAt ?? '', b.updatedAt ?? ''));
  return newest ? `${newest.updatedBy!.split('/').at(-1)} ${newest.updatedAt?.slice(0, 16).replace('T', ' ') ?? ''}`.trim() : '';
}

/** By code units, as ISO dates want it; the rules of a language would have to be loaded first. */
const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
