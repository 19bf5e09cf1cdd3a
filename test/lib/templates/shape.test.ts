/** Texts that are parsed once for all their strings say what they would say if each were parsed. */
import fc from 'fast-check';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderTemplate, type TemplateFiles, type TemplateValues } from '../../../src/lib/templates/render.js';
import { jsonInto, textOfDraft, valueOfDraft, type Draft } from '../../../src/lib/templates/shape.js';

const odd = ['', 'a', 'b', '5', 'true', '__proto__', '<<', 'a: b', "it's", ' # x', 'two\nlines', '\u2028', '\uD800', '"', '\\'];
const text = fc.oneof(
  fc.constantFrom(...odd, '\uE0000\uE001', '\uE000', 'k'.repeat(1_100), 'w'.repeat(200) + ' ' + 'w'.repeat(200)),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
/** Lines of a template; J is where a value goes in as JSON. */
const line = fc.constantFrom(
  'k: J',
  'l: [J, J]',
  'm: { n: J, o: 1 }',
  'J: x',
  'J: J',
  '? J\n: x',
  'p: before J after',
  'q: |\n  echo J',
  'r: >-\n  folded J\n  on',
  "s: 'J'",
  '# J',
  't: 1 # J',
  't: !!int J',
  't: !!binary J',
  't: &anchor J',
  'u: *anchor',
  'v: "J"',
  'w: [J, x: J]',
  '[J]: y',
  'x: JJ',
  'a: 1',
  '"a": 2',
);

function draftOf(lines: readonly string[], values: readonly unknown[]): Draft {
  const strings: string[] = [];
  let at = 0;
  const filled = lines.map((l) => l.replace(/J/g, () => jsonInto(values[at++ % values.length] ?? null, strings)));
  return { text: filled.join('\n'), strings };
}
const outcome = (act: () => unknown): { value: unknown } | { error: string } => {
  try {
    return { value: act() };
  } catch (error) {
    return { error: (error as Error).message };
  }
};

// What the parser warns of, tags that it does not know, is no matter here.
beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
afterAll(() => void vi.restoreAllMocks());

describe('a text with placeholders', () => {
  it('says what the text itself says, however its strings are placed and whatever they are', () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: text },
      fc.constantFrom<unknown>(5, true, null),
      fc.array(text, { maxLength: 3 }),
      fc.dictionary(text, text, { maxKeys: 3 }),
    );
    let shared = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { minLength: 1, maxLength: 5 }),
        fc.array(value, { minLength: 1, maxLength: 6 }),
        fc.array(value, { minLength: 1, maxLength: 6 }),
        (lines, values, others) => {
          for (const each of [values, others, values]) {
            const draft = draftOf(lines, each);
            const real = textOfDraft(draft);
            expect(outcome(() => valueOfDraft(draft))).toStrictEqual(outcome(() => parse(real) as unknown));
            if (draft.strings.length > 0 && 'value' in outcome(() => parse(real))) shared++;
          }
        },
      ),
      { numRuns: 1_500 },
    );
    expect(shared).toBeGreaterThan(1_000);
  });

  it('belongs to who asked: what is done to it is not seen by the next', () => {
    const draft = draftOf(['a: { b: J }'], ['x']);
    const first = valueOfDraft(draft) as { a: { b: string } };
    first.a.b = 'changed';
    expect(valueOfDraft(draft)).toEqual({ a: { b: 'x' } });
    expect(valueOfDraft(draftOf(['a: { b: J }'], ['y']))).toEqual({ a: { b: 'y' } });
  });
});

const rendered = (service: string, tag: string): Record<string, unknown> => {
  const files: TemplateFiles = { name: 't', dir: '/t', about: '', taskDefinition: 'family: x', service, stack: null };
  const values = {
    service: { name: 'ui', deploy: { strategy: 'rolling', alarms: [] }, settings: {}, secrets: {}, env: {} },
    project: 'shop',
    environment: 'prod',
    staging: null,
    target: { name: 'a/eu-west-1', account: 'a', accountId: '111111111111', region: 'eu-west-1' },
    offer: { executionRoleArn: 'arn' },
    tag,
    stackOutputs: {},
  } as unknown as TemplateValues;
  return renderTemplate(files, values).service;
};

describe('a template that does more with JSON than to print it', () => {
  it.each([
    ['a filter after it', 'length: {{ tag | json | size }}', { length: 5 }, { length: 8 }],
    ['a variable', '{% assign t = tag | json %}tag: {{ t }}', { tag: '1.0' }, { tag: '2.0.10' }],
    ['a captured text', '{% capture t %}{{ tag | json }}{% endcapture %}n: {{ t | size }}', { n: 5 }, { n: 8 }],
    [
      'a condition',
      '{% if tag contains "10" %}n: {{ tag | json }}{% else %}m: {{ tag | json }}{% endif %}',
      { m: '1.0' },
      { n: '2.0.10' },
    ],
  ])('%s', (_, template, first, second) => {
    expect(rendered(template, '1.0')).toEqual(first);
    expect(rendered(template, '2.0.10')).toEqual(second);
  });

  it('names the line of the text itself where that is no YAML', () => {
    expect(() => rendered('a: {{ tag | json }}\nb: [{{ tag | json }}', '1.0')).toThrow(/\[?"1\.0"/);
    expect(() => rendered('{{ tag | json }}: 1\n"1.0": 2', '1.0')).toThrow(/unique/);
  });
});
