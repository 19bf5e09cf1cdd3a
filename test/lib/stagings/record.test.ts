import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStagingName, parseStagingRecord, slug } from '../../../src/lib/stagings/record.js';

describe('staging names', () => {
  it.each(['--help', '-', 'default', 'prod', 'staging', 'Demo', 'a--b', 'ünï', '', 'x'.repeat(31)])('refuses %j', (name) => {
    expect(() => checkStagingName(name, ['prod', 'staging'])).toThrow(/staging name/);
  });
  it('makes of any branch a legal name or none', () => {
    fc.assert(
      fc.property(fc.string(), (branch) => {
        const name = slug(branch);
        if (name && !['default', 'help', 'baf', 'prod', 'production', 'staging'].includes(name))
          expect(checkStagingName(name, [])).toBe(name);
      }),
    );
  });
  it('keeps long branches with the same beginning apart', () => {
    const a = slug(`feature/${'x'.repeat(40)}-one`);
    const b = slug(`feature/${'x'.repeat(40)}-two`);
    expect(a).not.toBe(b);
    expect(a.length).toBeLessThanOrEqual(30);
  });
  it('reads only its own records', () => {
    expect(parseStagingRecord('{"baf":1,"name":"demo"}')?.name).toBe('demo');
    expect(parseStagingRecord('nonsense')).toBeNull();
    expect(parseStagingRecord('{"name":"demo"}')).toBeNull();
  });
});
