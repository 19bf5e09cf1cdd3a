/** Settings or secrets of one service as a file: a flat map of keys and values, JSON or YAML. */
import { isMap, isScalar, parseDocument } from 'yaml';
import { UserError } from '../errors/user-error.js';

/** Value by key, in the order of the file. Throws with file and line, in words that have no value in them. */
export function parseValues(text: string, path: string): Map<string, string> {
  const document = parseDocument(text);
  const refuse = (offset: number | undefined, what: string): never => {
    throw new UserError('ValuesFileInvalid', {
      message: `${path}:${text.slice(0, offset ?? 0).split('\n').length}: ${what}.`,
      nextSteps: ['Write a map of keys and texts, JSON or YAML: {"log-level": "debug"}'],
    });
  };
  const [error] = document.errors;
  if (error) refuse(error.pos[0], error.code === 'DUPLICATE_KEY' ? 'a key is there twice' : 'it is neither JSON nor YAML');
  const { contents } = document;
  if (!isMap(contents)) return refuse(undefined, 'it is no map of keys and values');
  const values = new Map<string, string>();
  for (const { key, value } of contents.items) {
    const offset = key.range[0];
    if (!isScalar(key) || typeof key.value !== 'string') return refuse(offset, 'a key is no text');
    if (!isScalar(value) || value.value === null || typeof value.value === 'object')
      return refuse(offset, `the value of ${key.value} is no text`);
    // 1.10 stays what was written.
    values.set(key.value, typeof value.value === 'string' ? value.value : (value.source ?? String(value.value)));
  }
  return values;
}
