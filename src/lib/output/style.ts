/** Colours, and widths of texts that have some. */
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;

export const paint = (color: boolean): Paint =>
  Object.fromEntries(
    Object.entries(codes).map(([name, [on, off]]) => [
      name,
      (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text),
    ]),
  ) as Paint;

/** By --no-color, NO_COLOR, FORCE_COLOR and TERM, and whether it is a terminal. */
export function shouldColor(
  stream: { isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): boolean {
  if (!wanted || (env['NO_COLOR'] ?? '') !== '') return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '') return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const ansi = /\u001b\[\d+m/g;
export const plain = (text: string): string => text.replace(ansi, '');
export const widthOf = (text: string): number => [...plain(text)].length;

/** At most `columns` wide, colours closed; cut texts end in an ellipsis. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let made = '';
  for (const part of text.split(/(\u001b\[\d+m)/)) {
    if (part.startsWith('\u001b')) {
      made += part;
      continue;
    }
    for (const character of part) {
      if (width >= columns) break;
      made += width === columns - 1 ? '…' : character;
      width++;
    }
  }
  return made;
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** `2d 3h`, `4m 10s`: the two largest units. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** Rows in columns as wide as needed; the last one is cut to the terminal. */
export function table(rows: readonly (readonly string[])[], columns: number): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? ''))));
  return rows
    .map((row) =>
      truncate(
        row
          .map((text, index) => (index === row.length - 1 ? text : pad(text, widths[index]!)))
          .join('  ')
          .trimEnd(),
        columns,
      ),
    )
    .join('\n');
}
