/** Deploy tags compared: two environments, drift, and the history of one service. */
import type { TagVersion } from '../model/tag-version.js';
import type { DiffRow, DiffSide } from '../tags/diff.js';
import type { Drift } from '../tags/drift.js';
import { clean, paint, table, targetsText } from './style.js';

interface Options {
  readonly color: boolean;
  readonly columns: number;
}

export function renderDiff(
  rows: readonly DiffRow[],
  from: string,
  to: string,
  { color, columns, all }: Options & { readonly all: boolean },
): string {
  const { bold, dim, green, red, yellow } = paint(color);
  const tint = { same: green, different: red, missing: yellow, denied: red, unreadable: red };
  const shown = all ? rows : rows.filter((r) => r.status !== 'same');
  const same = rows.length - shown.length;
  const head = ['SERVICE', from.toUpperCase(), to.toUpperCase(), 'STATUS'].map((text) => bold(text));
  const body = shown.map((r) => [r.service, sideText(r.from), sideText(r.to), tint[r.status](r.status)]);
  return [
    ...(shown.length > 0 ? [table([head, ...body], columns)] : []),
    ...(same > 0 ? [dim(`${same} of ${rows.length} services are the same in both.`)] : []),
  ].join('\n');
}

/** `1.4.0`, or `1.4.0 (3), 1.3.0 (1), 2 denied`. */
function sideText(side: DiffSide): string {
  const several = side.tags.length > 1 || side.missing.length + side.denied.length + side.unreadable.length > 0;
  const parts = [
    ...side.tags.slice(0, 3).map((t) => (several ? `${t.tag} (${t.targets.length})` : t.tag)),
    ...(side.tags.length > 3 ? [`${side.tags.length - 3} more`] : []),
    ...(['missing', 'denied', 'unreadable'] as const).flatMap((key) =>
      side[key].length === 0 ? [] : [side.tags.length > 0 ? `${side[key].length} ${key}` : key],
    ),
  ];
  return parts.join(', ');
}

export function renderDrift(found: readonly Drift[], { color, columns }: Options): string {
  if (found.length === 0) return 'No drift: everything that can be seen runs what it should.';
  const { bold, red } = paint(color);
  const groups = new Map<string, Drift[]>();
  for (const drift of found) {
    const key = [drift.service, drift.environment, drift.kind, drift.message.replace(/\(version .*?\)/, '')].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), drift]);
  }
  const rows = [...groups.values()].map((group) => {
    const [drift] = group as [Drift, ...Drift[]];
    const names = group.map((d) => d.target);
    return [drift.service, drift.environment, red(drift.kind), targetsText(names, 40), clean(drift.message)];
  });
  return table([['SERVICE', 'ENV', 'DRIFT', 'TARGETS', 'WHAT'].map((text) => bold(text)), ...rows], columns);
}

const MINUTE = 'YYYY-MM-DDTHH:MM'.length;

/** What was written in several targets within a minute by the same deed is one line. */
export function renderHistory(versions: readonly TagVersion[], { color, columns }: Options): string {
  if (versions.length === 0) return 'No versions: there is no deploy tag.';
  const { bold, dim, red } = paint(color);
  const groups = new Map<string, TagVersion[]>();
  for (const v of versions) {
    const deed = [v.environment, v.tag, v.op, v.by, v.deploy, v.reason, v.labels.join(' '), v.at.slice(0, MINUTE)].join('\n');
    groups.set(deed, [...(groups.get(deed) ?? []), v]);
  }
  const rows = [...groups.values()].map((group) => {
    const [v] = group as [TagVersion, ...TagVersion[]];
    const numbers = [...new Set(group.map((g) => g.version))];
    const why = [v.from && `from ${v.from}`, v.deploy, v.reason].filter((text) => text !== null).join(', ');
    return [
      v.at.slice(0, MINUTE).replace('T', ' '),
      v.environment,
      v.tag,
      numbers.length > 1 ? `${Math.min(...numbers)}-${Math.max(...numbers)}` : String(numbers[0]),
      v.labels.join(' ') || '-',
      v.foreign ? red('foreign') : (v.op ?? '-'),
      clean(v.by?.split('/').at(-1) ?? '-'),
      targetsText(
        group.map((g) => g.target),
        40,
      ),
      dim(clean(why)),
    ];
  });
  const head = ['WHEN (UTC)', 'ENV', 'TAG', 'VERSION', 'LABELS', 'BY WHAT', 'BY', 'TARGETS', 'WHY'].map((text) => bold(text));
  return table([head, ...rows], columns);
}
