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

/** By --no-color, FORCE_COLOR, NO_COLOR and TERM, in that order, and then whether it is a terminal. */
export function shouldColor(
  stream: { isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): boolean {
  if (!wanted) return false;
  const forced = env['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const sgr = /\u001b\[\d+m/g;
export const plain = (text: string): string => text.replace(sgr, '');

// CSI, OSC and the two-byte escapes, then what controls are left: tabs and breaks become blanks, the rest goes,
// and with it what turns the direction of a line around or has no width of its own to be counted.
const escapes = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?/g;

/** Text from outside (log lines, causes, names) as one line that cannot move the cursor or pass for another line. */
export const clean = (text: string): string =>
  text
    // Half of a pair, where something was cut: what it is shown as anyway, so that its width is known.
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(escapes, '')
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');

let segmenter: Intl.Segmenter | undefined;
/** Made when first needed: it takes milliseconds. */
const graphemes = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' }));
const ascii = /^[ -~]*$/;
const zero = /^[\p{Cc}\p{Mn}\p{Me}\p{Cf}]+$/u;
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that one character (grapheme) takes. Terminals that split what belongs together show more: count the parts then. */
const columnsOf = (grapheme: string): number => {
  let width = 0;
  for (const point of grapheme) width += zero.test(point) ? 0 : wide.test(point) ? 2 : 1;
  return grapheme.includes('\ufe0f') ? Math.max(2, width) : width;
};

/** Columns that a text takes on a terminal, colours apart. */
export function widthOf(text: string): number {
  const bare = plain(text);
  if (ascii.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of graphemes().segment(bare)) width += columnsOf(segment);
  return width;
}

/** At most `columns` wide, colours closed; cut texts end in an ellipsis. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let made = '';
  let full = columns < 1;
  for (const part of text.split(/(\u001b\[\d+m)/)) {
    if (part.startsWith('\u001b')) {
      made += part;
      continue;
    }
    if (full) continue;
    for (const { segment } of graphemes().segment(part)) {
      const own = columnsOf(segment);
      if (width + own > columns - 1) {
        made += '…';
        full = true;
        break;
      }
      made += segment;
      width += own;
    }
  }
  return made;
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Lines of at most `columns`, cut between words; a longer word (an address, an ARN) stays whole, to be copied. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of clean(text).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** `shop-prod/eu-west-1,us-east-1`: as many as fit, then how many more, e.g. `(+2)`. Always names one. */
export function targetsText(targets: readonly string[], columns: number): string {
  let text = targets[0] ?? '';
  let account = text.split('/')[0];
  for (let shown = 1; shown < targets.length; shown++) {
    const [own, region] = targets[shown]!.split('/');
    const next = own === account && region !== undefined ? `${text},${region}` : `${text}, ${targets[shown]}`;
    const rest = targets.length - shown - 1;
    if (widthOf(next) + (rest > 0 ? ` (+${rest})`.length : 0) > columns) return `${text} (+${targets.length - shown})`;
    text = next;
    account = own;
  }
  return text;
}

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

type Rows = readonly (readonly string[])[];

const widthsOf = (rows: Rows): number[] =>
  (rows[0] ?? []).map((_, index) => rows.reduce((width, row) => Math.max(width, widthOf(row[index] ?? '')), 0));

/** Columns that a table would take uncut. */
export const tableWidth = (rows: Rows): number => widthsOf(rows).reduce((sum, width) => sum + width + 2, -2);

/** Rows in columns as wide as needed; the last one is cut to the terminal. */
export function table(rows: Rows, columns: number): string {
  const widths = widthsOf(rows);
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
