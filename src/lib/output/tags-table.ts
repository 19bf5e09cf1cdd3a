/** Deploy tags as a table: targets that agree are one row, so that a fleet stays readable. */
import type { TagRow } from '../model/tag-row.js';
import { clean, duration, paint, table, tableWidth, targetsText, truncate, type Paint } from './style.js';

export interface TableOptions {
  readonly color: boolean;
  readonly columns: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Lines that the terminal has; null off a terminal: nothing is folded there that a program may look for. */
  readonly lines: number | null;
  /** No more lines than the terminal has, less one for a heading: what is not as it should be comes first. */
  readonly fits?: boolean;
  /** The rows before they were filtered by state: what `all` targets are. */
  readonly among?: readonly TagRow[];
}

export function renderTags(rows: readonly TagRow[], options: TableOptions): string {
  const { color, columns, now, lines } = options;
  if (rows.length === 0) return 'No services, no tags.\nbaf deploy SERVICE --env ENV --tag TAG sets the first one.';
  const { bold, dim } = paint(color);
  const tint = tints(paint(color));
  const services = new Set(rows.map((r) => r.service)).size;
  const open = folded(rows.filter((r) => !isClosed(r)));
  const places = lines === null ? open.map((group) => ({ group, name: null })) : withoutNames(open);
  const found = [
    ...places,
    ...closed(rows.filter(isClosed)).map((group) => ({ group, name: services > 1 ? `all ${services}` : null })),
  ];
  const most = lines !== null && options.fits ? Math.max(1, lines - 4) : Infinity;
  const all = found.length > most ? [...found.filter(isOdd), ...found.filter((place) => !isOdd(place))].slice(0, most) : found;
  // With --desired nobody looked at what runs; `live` has a column where it says more than what runs does.
  const looked = !rows.some((r) => r.state === 'unchecked');
  const live = looked && rows.some((r) => r.live !== r.running);
  const cells = all.map(({ group, name }) => {
    const [row] = group as [TagRow, ...TagRow[]];
    const tag = row.pinned === null ? (row.tag ?? '-') : `${row.tag ?? '-'} (pinned)`;
    const state = tint[row.state](row.state);
    return [
      ...[name ?? row.service, row.environment, tag],
      ...(looked ? [row.running ?? '-'] : []),
      ...[state, ...(live ? [row.live ?? '-'] : [])],
    ];
  });
  const head = ['SERVICE', 'ENV', 'TAG', ...(looked ? ['RUNNING'] : []), 'STATE', ...(live ? ['LIVE'] : [])].map((text) =>
    bold(text),
  );
  // The targets have what the other columns leave; who and when come after them, whole or not at all.
  const by = all.map(({ group }) => lastChange(group, now));
  const byWidth = Math.max(...by.map((text) => text.length));
  const left = columns - tableWidth([head, ...cells]) - 2;
  const many = manyTargets(options.among ?? rows);
  const wanted = Math.max(...all.map(({ group }) => many(group)?.length ?? group[0]!.target.length + (group.length > 1 ? 6 : 0)));
  const withBy = byWidth > 0 && left - byWidth - 2 >= wanted;
  const room = Math.max(wanted, withBy ? left - byWidth - 2 : left);
  const body = all.map(({ group }, index) => [
    ...cells[index]!,
    many(group) ??
      targetsText(
        group.map((r) => r.target),
        room,
      ),
    ...(withBy ? [dim(by[index]!)] : []),
  ]);
  const shown = table([[...head, bold('TARGETS'), ...(withBy ? [bold('BY')] : [])], ...body], columns);
  if (lines === null || found.length + 3 < lines) return shown;
  const more = found.length > all.length ? `${found.length - all.length} more rows; ` : '';
  return `${shown}\n${dim(truncate(more + countsText(rows), columns))}`;
}

/** More targets than these are not named where a row is about most of an environment's; more services not where they have no tag. */
const FEW = 4;

/** `all 80 targets`, `77 of 80 targets`, or null where they are to be named. */
function manyTargets(rows: readonly TagRow[]): (group: readonly TagRow[]) => string | null {
  const targets = new Map<string, Set<string>>();
  for (const { environment, target } of rows)
    targets.set(environment, (targets.get(environment) ?? new Set<string>()).add(target));
  return (group) => {
    const { size } = targets.get(group[0]!.environment)!;
    if (size <= FEW || group.length <= size / 2) return null;
    return group.length === size ? `all ${size} targets` : `${group.length} of ${size} targets`;
  };
}

interface Place {
  readonly group: readonly TagRow[];
  /** Instead of the service's. */
  readonly name: string | null;
}

/** Services that were never in an environment are counted, not named, where they are many. */
function withoutNames(groups: readonly (readonly TagRow[])[]): Place[] {
  const absent = new Map<string, TagRow[][]>();
  for (const group of groups) {
    const [row] = group as [TagRow, ...TagRow[]];
    if (row.state !== 'missing' || row.running !== null || row.live !== null || row.pinned !== null) continue;
    const key = [row.environment, ...group.map((r) => r.target)].join('\n');
    absent.set(key, [...(absent.get(key) ?? []), [...group]]);
  }
  const many = [...absent.values()].filter((alike) => alike.length > FEW);
  const gone = new Set(many.flat().map((group) => `${group[0]!.environment}\n${group[0]!.service}`));
  const named = groups.filter(([row]) => row!.state !== 'missing' || !gone.has(`${row!.environment}\n${row!.service}`));
  return [
    ...named.map((group) => ({ group, name: null })),
    ...many.map((alike) => ({ group: alike[0]!, name: `${alike.length} services` })),
  ];
}

const FINE: readonly TagRow['state'][] = ['in-sync', 'missing', 'unchecked'];
const isOdd = ({ group }: Place): boolean => !FINE.includes(group[0]!.state);

/** `8790 in-sync, 11 foreign; --state foreign shows those alone`. */
function countsText(rows: readonly TagRow[]): string {
  const counts = new Map<TagRow['state'], number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const odd = [...counts.keys()].filter((state) => !FINE.includes(state));
  const list = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  if (odd.length === 0 || counts.size === 1) return list;
  return odd.length > 1 ? `${list}; --state filters` : `${list}; --state ${odd[0]} shows that alone`;
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

/** The newest change among targets that agree: `ana 3h ago`. */
function lastChange(group: readonly TagRow[], now: number): string {
  const [newest] = group.filter((r) => r.updatedBy !== null).toSorted((a, b) => descending(a.updatedAt ?? '', b.updatedAt ?? ''));
  if (!newest) return '';
  const by = clean(newest.updatedBy!.split('/').at(-1)!);
  return newest.updatedAt === null ? by : `${by} ${duration(now - Date.parse(newest.updatedAt)).split(' ')[0]} ago`;
}

/** By code units, as ISO dates want it; the rules of a language would have to be loaded first. */
const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
