/** Clients that nobody here wrote: whether one is installed, and the line that says what of it ran. */
import { accessSync, appendFileSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

export interface Client {
  /** As the summary names it, e.g. `aws command line`. */
  readonly name: string;
  /** Program that must be on the PATH, or null for one that is installed with the project. */
  readonly program: string | null;
  /** What is counted, e.g. `commands`. */
  readonly unit: string;
}

/** What `npm test` reads from the file that BAF_CLIENTS_REPORT names, one JSON value a line. */
export type ClientReport =
  | { readonly client: string; readonly part: string; readonly checked: number; readonly unit: string }
  | { readonly client: string; readonly part: string; readonly skipped: string };

/** Full path of a program, or null. */
export function locate(program: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/** Each command is a process that a busy machine may take seconds for: only what hangs is ended. */
const HANGS_AFTER_MS = 600_000;

export interface Tally {
  checked: number;
}

/**
 * Tests of a client: skipped loudly where its program is not installed, and otherwise counted.
 * What was checked is added to the tally; a file that checks less than `atLeast` fails.
 */
export function withClient(client: Client, part: string, atLeast: number, tests: (tally: Tally) => void): void {
  const { name, program, unit } = client;
  if (program !== null && locate(program) === null) {
    const skipped = `${program} is not installed`;
    describe.skip(`${name}: ${part}`, () => void it(skipped, () => undefined));
    report({ client: name, part, skipped });
    return;
  }
  const tally: Tally = { checked: 0 };
  describe(`${name}: ${part}`, { timeout: HANGS_AFTER_MS }, () => {
    afterAll(() => {
      report({ client: name, part, checked: tally.checked, unit });
      expect(tally.checked, `${unit} checked of ${part}`).toBeGreaterThanOrEqual(atLeast);
    });
    tests(tally);
  });
}

function report(line: ClientReport): void {
  const { client, part } = line;
  console.log(
    'skipped' in line
      ? `${client} (${part}): SKIPPED: ${line.skipped}`
      : `${client} (${part}): ${line.checked} ${line.unit} checked`,
  );
  const file = process.env['BAF_CLIENTS_REPORT'];
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
