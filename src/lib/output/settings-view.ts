/** Settings and secrets as tables: targets that agree are one row. */
import type { RotationRow, SecretRow, SettingRow } from '../model/setting-row.js';
import type { SettingDifference } from '../settings/compare.js';
import { clean, duration, paint, table, targetsText } from './style.js';

interface View {
  readonly color: boolean;
  readonly columns: number;
}

/** A value in one line of a table, cut: `get` prints it whole. */
const LONGEST = 60;
export const short = (value: string | null): string => {
  if (value === null) return '-';
  const line = clean(value);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};

function grouped<T extends { readonly target: string }>(rows: readonly T[], key: (row: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}
const targetsOf = (group: readonly { target: string }[]): string =>
  targetsText(
    group.map((r) => r.target),
    60,
  );

export function renderSettings(rows: readonly SettingRow[], { color, columns }: View): string {
  if (rows.length === 0) return 'No settings.\nbaf ssm settings set SERVICE KEY VALUE --env ENV writes the first one.';
  const { bold, dim, red, yellow } = paint(color);
  const tint = { same: dim, differs: red, missing: yellow, denied: red };
  const body = grouped(rows, (r) => JSON.stringify([r.environment, r.service, r.key, r.value, r.state])).map((group) => {
    const r = group[0]!;
    return [r.service, r.environment, r.key, short(r.value), tint[r.state](r.state), targetsOf(group)];
  });
  return table([['SERVICE', 'ENV', 'KEY', 'VALUE', 'STATE', 'TARGETS'].map(bold), ...body], columns);
}

export function renderSecrets(rows: readonly SecretRow[], { color, columns }: View, now: number): string {
  if (rows.length === 0) return 'No secrets.\nbaf ssm secrets set SERVICE KEY --env ENV sets the first one.';
  const { bold, dim, red, yellow } = paint(color);
  const tint = { set: dim, missing: yellow, denied: red };
  const age = (r: SecretRow): string => (r.updatedAt ? duration(now - Date.parse(r.updatedAt)) : '-');
  const body = grouped(rows, (r) => JSON.stringify([r.environment, r.service, r.key, r.store, r.state, r.version, age(r)])).map(
    (group) => {
      const r = group[0]!;
      return [
        r.service,
        r.environment,
        r.key,
        r.store,
        tint[r.state](r.state),
        r.version === null ? '-' : String(r.version),
        age(r),
        targetsOf(group),
      ];
    },
  );
  return table([['SERVICE', 'ENV', 'KEY', 'STORE', 'STATE', 'VERSION', 'AGE', 'TARGETS'].map(bold), ...body], columns);
}

export function renderRotation(rows: readonly RotationRow[], { color, columns }: View): string {
  if (rows.length === 0) return 'These services read no secrets.';
  const { bold, dim, red, yellow } = paint(color);
  const tint = { current: dim, held: red, old: yellow, missing: red, denied: red };
  const body = grouped(rows, (r) =>
    JSON.stringify([r.service, r.staging, r.variable, r.secret, r.state, r.ageDays, r.tasks.length]),
  ).map((group) => {
    const r = group[0]!;
    const tasks = r.state === 'held' ? `${r.tasks.length} before it` : '-';
    return [
      r.staging === null ? r.service : `${r.service} (staging ${r.staging})`,
      r.variable,
      tint[r.state](r.state),
      r.ageDays === null ? '-' : `${r.ageDays}d`,
      tasks,
      targetsOf(group),
      r.secret,
    ];
  });
  const fixes = [...new Set(rows.map((r) => r.fix).filter((fix) => fix !== null))];
  return [
    table([['SERVICE', 'VARIABLE', 'STATE', 'AGE', 'TASKS', 'TARGETS', 'SECRET'].map(bold), ...body], columns),
    ...(fixes.length > 0 ? ['', 'To mend it:', ...fixes.map((fix) => `  ${fix}`)] : []),
  ].join('\n');
}

export function renderDifferences(
  found: readonly SettingDifference[],
  from: string,
  to: string,
  { color, columns }: View,
): string {
  if (found.length === 0) return `${from} and ${to} have the same settings.`;
  const { bold } = paint(color);
  const side = (values: readonly (string | null)[]): string => values.map(short).join(' | ');
  const body = found.map((d) => [d.service, d.key, side(d.from), side(d.to)]);
  return table([['SERVICE', 'KEY', from.toUpperCase(), to.toUpperCase()].map((text) => bold(text)), ...body], columns);
}

interface HistoryLine {
  readonly target: string;
  readonly version: number;
  readonly value: string;
  readonly at: string;
  readonly by: string | null;
  readonly op: string | null;
  readonly foreign: boolean;
}

export function renderHistory(rows: readonly HistoryLine[], { color, columns }: View): string {
  const { bold, red } = paint(color);
  const body = rows.map((r) => [
    r.target,
    String(r.version),
    r.at.slice(0, 16).replace('T', ' '),
    r.by?.split('/').at(-1) ?? '-',
    r.foreign ? red('foreign') : (r.op ?? '-'),
    short(r.value),
  ]);
  return table([['TARGET', 'VERSION', 'AT', 'BY', 'OP', 'VALUE'].map((text) => bold(text)), ...body], columns);
}
