/** SSM keeps a hundred versions, and refuses a new one while the oldest carries a label. Only our own labels give way. */
import type { ParameterVersion } from '../model/parameter.js';

/** Labels that baf moves by itself; every other one was set by somebody for a reason of their own. */
export const OWN_LABELS: readonly string[] = ['live', 'last-good'];

export type Room =
  | { readonly kind: 'free' }
  /** `to`: the newest version with the same value, or null where the label can only go. */
  | { readonly kind: 'ours'; readonly version: number; readonly labels: readonly string[]; readonly to: number | null }
  | { readonly kind: 'foreign'; readonly version: number; readonly labels: readonly string[] };

export function roomIn(history: readonly ParameterVersion[]): Room {
  const [oldest] = history;
  if (!oldest || oldest.labels.length === 0) return { kind: 'free' };
  const { version } = oldest;
  const foreign = oldest.labels.filter((label) => !OWN_LABELS.includes(label));
  if (foreign.length > 0) return { kind: 'foreign', version, labels: foreign };
  const same = history.findLast((v) => v.value === oldest.value && v.version !== version);
  return { kind: 'ours', version, labels: oldest.labels, to: same?.version ?? null };
}
