/** Real files that tests read in place, where they are: beside the project, or where BAF_CORPUS says. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = process.env['BAF_CORPUS'] ?? resolve('..', 'shared', 'corpus');

/** The path of a part of the corpus, or null; says so, because the tests of it are skipped then. */
export function corpus(part: string): string | null {
  const path = resolve(folder, part);
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: the corpus of real files (${part}) is not here; BAF_CORPUS names its folder.`);
  return null;
}
