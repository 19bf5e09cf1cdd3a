/** Filter patterns of plain terms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
import { invalid } from './state.js';

/** `ERROR timeout` (both), `?ERROR ?WARN` (either), `-DEBUG` (not), `"in one piece"`, `%regular expression%`. */
export function matcher(pattern: string | undefined): (message: string) => boolean {
  const text = (pattern ?? '').trim();
  if (text === '') return () => true;
  if (/^[{[]/.test(text))
    throw invalid('Invalid filter pattern: the embedded AWS reads patterns of terms, not of JSON or columns.');
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))/g)].map(
    ([, sign, quoted, expression, bare]) => {
      const test = expression ? contains(expression) : includes((quoted ?? bare ?? '').replace(/\\(.)/g, '$1'));
      return { sign, test };
    },
  );
  const all = terms.filter(({ sign }) => sign === '');
  const any = terms.filter(({ sign }) => sign === '?');
  const none = terms.filter(({ sign }) => sign === '-');
  return (message) =>
    all.every(({ test }) => test(message)) &&
    (any.length === 0 || all.length > 0 || any.some(({ test }) => test(message))) &&
    !none.some(({ test }) => test(message));
}

const includes =
  (term: string) =>
  (message: string): boolean =>
    message.includes(term);

function contains(expression: string): (message: string) => boolean {
  try {
    const compiled = new RegExp(expression);
    return (message) => compiled.test(message);
  } catch {
    throw invalid('Invalid filter pattern');
  }
}
