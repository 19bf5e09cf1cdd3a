/** Rules of composite alarms: ALARM("a") AND (NOT OK(b) OR TRUE). */
import { invalid, type AlarmState } from './state.js';

type StateOf = (alarm: string) => AlarmState;
export type Rule = (stateOf: StateOf) => boolean;

const TOKEN =
  /\s*(?:(AND|OR|NOT|TRUE|FALSE)\b|(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s"'()]+))\s*\)|([()]))/iy;

interface Token {
  word?: string;
  state?: AlarmState;
  alarm?: string;
}

const broken = (text: string): Error => invalid(`AlarmRule must be a valid rule expression: ${text}`);
/** An alarm is named by its name or its ARN. */
const nameOf = (reference: string): string => /^arn:aws:cloudwatch:[^:]*:\d*:alarm:(.*)$/.exec(reference)?.[1] ?? reference;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw broken(text);
    const [, word, state, double, single, bare, paren] = match;
    if (state) found.push({ state: state.toUpperCase() as AlarmState, alarm: nameOf((double ?? single ?? bare)!) });
    else found.push({ word: (word ?? paren)!.toUpperCase() });
  }
  return found;
}

/** The rule, and the alarms it names. */
export function parseRule(text: string): { rule: Rule; alarms: string[] } {
  const list = tokens(text);
  const alarms: string[] = [];
  let at = 0;
  const eat = (word: string): boolean => list[at]?.word === word && Boolean(++at);
  const either = (): Rule => chain('OR', both, (a, b) => a || b);
  const both = (): Rule => chain('AND', single, (a, b) => a && b);
  const chain = (word: string, part: () => Rule, join: (a: boolean, b: boolean) => boolean): Rule => {
    let rule = part();
    while (eat(word)) {
      const [left, right] = [rule, part()];
      rule = (stateOf) => join(left(stateOf), right(stateOf));
    }
    return rule;
  };
  const single = (): Rule => {
    if (eat('NOT')) {
      const inner = single();
      return (stateOf) => !inner(stateOf);
    }
    if (eat('TRUE')) return () => true;
    if (eat('FALSE')) return () => false;
    if (eat('(')) {
      const inner = either();
      if (!eat(')')) throw broken(text);
      return inner;
    }
    const { state, alarm } = list[at++] ?? {};
    if (!alarm) throw broken(text);
    alarms.push(alarm);
    return (stateOf) => stateOf(alarm) === state;
  };
  const rule = either();
  if (at !== list.length) throw broken(text);
  return { rule, alarms };
}
