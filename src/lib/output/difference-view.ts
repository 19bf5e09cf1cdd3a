/** One difference as a person reads it: `+ container ui, env LOG_LEVEL  debug`. */
import type { Difference } from '../rollout/diff/difference.js';
import { general, withoutIds } from './general.js';
import { clean } from './style.js';

const PARTS: Readonly<Record<string, string>> = {
  containerDefinitions: 'container',
  environment: 'env',
  secrets: 'secret',
  volumes: 'volume',
  portMappings: 'port',
  mountPoints: 'mount',
  loadBalancers: 'load balancer',
};
/** Parts that only lead to what is meant. */
const SILENT = new Set(['networkConfiguration', 'awsvpcConfiguration', 'deploymentConfiguration', 'logConfiguration']);

export interface DifferenceText {
  readonly sign: '+' | '-' | '~';
  readonly what: string;
  readonly change: string;
}

/** @param only name of the only container: it need not be said */
export function differenceText({ path, from, to }: Difference, only: string | null): DifferenceText {
  const sign = from === null ? '+' : to === null ? '-' : '~';
  const value = (text: string | null): string => clean(withoutIds(general(text ?? '')));
  return {
    sign,
    what: partsOf(path, only),
    change: sign === '~' ? changed(value(from), value(to)) : value(to ?? from),
  };
}

function partsOf(path: readonly string[], only: string | null): string {
  const words: string[] = [];
  for (let at = 0; at < path.length; at++) {
    const key = path[at]!;
    if (key === 'containerDefinitions' && path[at + 1] === only && path.length > at + 2) at++;
    else if (PARTS[key] && path[at + 1] !== undefined) words.push(`${PARTS[key]} ${path[++at]}`);
    else if (!SILENT.has(key) || at === path.length - 1) words.push(key);
  }
  return clean(words.join(', '));
}

/** An image whose tag alone changes is told by its name and the tags. */
function changed(from: string, to: string): string {
  const [name, tag] = split(from);
  const [other, next] = split(to);
  return tag && next && name === other && name.includes('/') ? `${name.split('/').at(-1)}:${tag} -> ${next}` : `${from} -> ${to}`;
}

const split = (image: string): [string, string] => {
  const colon = image.lastIndexOf(':');
  return colon < 0 ? [image, ''] : [image.slice(0, colon), image.slice(colon + 1)];
};
