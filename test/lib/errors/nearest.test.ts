import { expect, it } from 'vitest';
import { nearest } from '../../../src/lib/errors/nearest.js';

it('finds the nearest, and none where nothing is near', () => {
  expect(nearest('catalgo', ['catalog', 'cart', 'ui'])).toBe('catalog');
  expect(nearest('zzzzzz', ['catalog', 'cart', 'ui'])).toBeNull();
});
