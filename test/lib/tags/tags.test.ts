import { expect, it } from 'vitest';
import { formatAudit, parseAudit } from '../../../src/lib/tags/audit.js';
import { stateOfTag } from '../../../src/lib/tags/state.js';
import { formatTagValue, parseTagValue } from '../../../src/lib/tags/value.js';

it('reads and writes values with and without digest', () => {
  for (const value of ['1.4.0', `1.4.0@sha256:${'a'.repeat(64)}`]) expect(formatTagValue(parseTagValue(value))).toBe(value);
});
it('knows its audit records from foreign descriptions', () => {
  const record = { by: 'ana', op: 'deploy', version: 3, deploy: 'd-1' } as const;
  expect(parseAudit(formatAudit(record))).toMatchObject(record);
  expect(parseAudit('set by hand')).toBeNull();
  expect(parseAudit(null)).toBeNull();
});
it.each([
  [{ tag: null, running: '1', rolling: false, foreign: false }, 'missing'],
  [{ tag: '1', running: '1', rolling: false, foreign: false }, 'in-sync'],
  [{ tag: '2', running: '1', rolling: true, foreign: false }, 'rolling'],
  [{ tag: '2', running: '1', rolling: false, foreign: false }, 'drifted'],
  [{ tag: '2', running: '2', rolling: false, foreign: true }, 'foreign'],
])('%j is %s', (seen, state) => expect(stateOfTag(seen)).toBe(state));
