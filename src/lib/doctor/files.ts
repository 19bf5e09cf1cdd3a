/** The two files: found, valid, and known to the editor. */
import { ok, problem, skipped, warning, type CheckId, type Finding, type Trouble } from './finding.js';

export interface FileFacts {
  /** As it was found: a path, or `ssm:/path`; null where there is none. */
  readonly file: string | null;
  /** Why there is none. */
  readonly absent: string;
  /** Every line with a problem: `baf.yaml:12:5: ...`. */
  readonly trouble: { readonly lines: readonly string[]; readonly nextSteps: readonly string[] } | null;
  readonly contents: string;
  /** What a first line names, so that an editor completes and checks; null where the file is not on this disk. */
  readonly schema: { readonly named: boolean; readonly path: string } | null;
}

export function judgeFile(id: CheckId & ('project' | 'platform'), facts: FileFacts): Finding {
  const { file, trouble, schema } = facts;
  if (file === null && !trouble) return skipped(id, facts.absent);
  if (trouble) return problem(id, trouble.lines.join('\n'), trouble.nextSteps.join(' ') || 'Correct it.');
  if (schema && !schema.named)
    return warning(
      id,
      `${file}: valid (${facts.contents}), but no editor knows its schema`,
      `First line: # yaml-language-server: $schema=${schema.path}`,
    );
  return ok(id, `${file}: ${facts.contents}`);
}

/** Whether the file names a schema for editors, in one of its first lines. */
export const namesSchema = (text: string): boolean =>
  text
    .split(/\r?\n/)
    .slice(0, 5)
    .some((line) => /^#\s*(yaml-language-server:\s*\$schema=|\$schema:)\s*\S/.test(line));

/** An error of reading a file, with all of its lines. */
export const troubleOf = (error: Trouble & { readonly details?: unknown }): NonNullable<FileFacts['trouble']> => {
  const findings = (error.details as { findings?: unknown } | undefined)?.findings;
  return { lines: Array.isArray(findings) ? (findings as string[]) : [error.message], nextSteps: error.nextSteps };
};
