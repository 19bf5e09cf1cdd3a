/** Golden files: compared with, or written anew where UPDATE=1 is set. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';

export function expectGolden(file: string, actual: string): void {
  if (process.env['UPDATE'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  expect(existsSync(file), `${file} is missing: UPDATE=1 writes it`).toBe(true);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
