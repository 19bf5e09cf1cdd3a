import fc from 'fast-check';
import { expect, it } from 'vitest';
import { satisfies } from '../../../src/lib/rollout/compare.js';

it('holds for anything against itself, and with keys that AWS adds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (wanted, extra) => {
      expect(satisfies({ ...wanted, [`${extra}-added`]: 1, ...wanted }, wanted)).toBe(true);
    }),
  );
});
it('sees a changed value, a missing and an additional list item', () => {
  expect(satisfies({ cpu: '256' }, { cpu: 256 })).toBe(true);
  expect(satisfies({ cpu: '256' }, { cpu: 512 })).toBe(false);
  expect(satisfies({ env: [{ name: 'A', value: '1' }] }, { env: [] })).toBe(false);
  expect(
    satisfies(
      {
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
    ),
  ).toBe(true);
});
