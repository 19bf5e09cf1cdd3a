import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readValue, refuseSecretArguments } from '../../../src/lib/command/value-input.js';

const source = { argument: null, file: undefined, secret: true, what: 'db of ui', noInput: false };
const piped = (...chunks: (string | Buffer)[]) => ({
  stdin: Object.assign(Readable.from(chunks), { isTTY: false }),
  asks: false,
});
const terminal = { stdin: Object.assign(Readable.from([]), { isTTY: true }), asks: false };

describe('a value', () => {
  it.each([
    [['abc\n'], 'abc'],
    [['a', 'bc\r\n'], 'abc'],
    [['abc\n\n'], 'abc\n'],
    [['  a b '], '  a b '],
    [[Buffer.from([0xc3]), Buffer.from([0xa9])], 'é'],
  ])('from stdin is what was written, without the last line break', async (chunks, value) => {
    expect(await readValue(source, piped(...chunks))).toBe(value);
  });
  it('that is not there is an error that says how to give it', async () => {
    await expect(readValue(source, piped(''))).rejects.toMatchObject({ code: 'ValueMissing', exitCode: 2 });
    await expect(readValue(source, terminal)).rejects.toMatchObject({ code: 'ValueMissing', message: /no terminal to ask on/ });
    await expect(readValue({ ...source, noInput: true }, { ...terminal, asks: true })).rejects.toMatchObject({
      code: 'ValueMissing',
    });
    await expect(readValue({ ...source, secret: false }, { ...terminal, asks: true })).rejects.toMatchObject({
      code: 'ValueMissing',
    });
  });
  it('of a setting may be an argument, and not a file besides', async () => {
    expect(await readValue({ ...source, secret: false, argument: 'x' }, terminal)).toBe('x');
    expect(await readValue({ ...source, secret: false, argument: '-' }, piped('y'))).toBe('y');
    await expect(readValue({ ...source, secret: false, argument: 'x', file: 'f' }, terminal)).rejects.toMatchObject({
      code: 'Usage',
    });
  });
});

describe('a secret on the command line', () => {
  const flags = {
    env: { type: 'option' },
    yes: { type: 'boolean', char: 'y' },
    dir: { type: 'option', char: 'C' },
    file: { type: 'option' },
  };
  const check = (...argv: string[]) => refuseSecretArguments(argv, flags, 2);
  it.each([
    ['ui', 'db', 'hunter2'],
    ['ui', 'db=hunter2', '--env', 'prod'],
    ['ui', 'db', '--env', 'prod', 'hunter2'],
    ['ui', 'db', '--value=hunter2'],
    ['ui', 'db', '--value', 'hunter2'],
    ['-y', 'ui', '-C', 'x', 'db', '--', 'hunter2'],
  ])('is refused: %s %s %s', (...argv) => {
    expect(() => check(...argv)).toThrow(/^A secret is not taken from the command line/);
    expect(() => check(...argv)).not.toThrow(/hunter2/);
  });
  it.each([
    [['ui', 'db', '--env', 'prod', '--file', 'x', '-y', '-C', 'dir', '-Cdir', '--env=prod']],
    [['ui', 'db', '--unknown']],
    [['--yes', 'ui', 'db']],
  ])('what is none is left to the parser', (argv) => {
    expect(() => check(...argv)).not.toThrow();
  });
});
