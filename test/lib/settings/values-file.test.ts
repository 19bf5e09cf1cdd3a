import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseValues } from '../../../src/lib/settings/values-file.js';

describe('a file of values', () => {
  it.each([
    ['{"api_key": "x", "port": 8080}', { api_key: 'x', port: '8080' }],
    ['a: 1.10\nb: true\nc: "01"\n', { a: '1.10', b: 'true', c: '01' }],
    ['text: |\n  one\n  two\n', { text: 'one\ntwo\n' }],
  ])('%j', (text, values) => expect(Object.fromEntries(parseValues(text, 'f'))).toEqual(values));

  it('has what JSON has (property)', () => {
    const key = fc.stringMatching(/^[A-Za-z][\w.-]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string(), { noNullPrototype: true }), (values) => {
        expect(Object.fromEntries(parseValues(JSON.stringify(values), 'f'))).toEqual(values);
      }),
    );
  });

  it.each([
    ['hunter2', /^f:1: it is no map/],
    ['a: x\na: hunter2', /^f:2: a key is there twice/],
    ['a: x\nb: [hunter2]', /^f:2: the value of b is no text/],
    ['a:', /^f:1: the value of a is no text/],
    ['a: &x hunter2\nb: *y', /^f:2: the value of b is no text/],
    ['{"a": "hunter2', /^f:1: it is neither/],
    ['1: hunter2', /^f:1: a key is no text/],
  ])('%j is refused with its line, in words without a value', (text, message) => {
    expect(() => parseValues(text, 'f')).toThrow(
      expect.objectContaining({ code: 'ValuesFileInvalid', message: expect.stringMatching(message) }) as Error,
    );
    try {
      parseValues(text, 'f');
    } catch (error) {
      expect((error as Error).message).not.toContain('hunter2');
    }
  });
});
