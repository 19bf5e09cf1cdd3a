/** What a deploy tag's row says of itself, from the values side by side. */
export type TagState = 'in-sync' | 'rolling' | 'drifted' | 'foreign' | 'missing' | 'denied';

export function stateOfTag(seen: { tag: string | null; running: string | null; rolling: boolean; foreign: boolean }): TagState {
  if (seen.tag === null) return 'missing';
  if (seen.foreign) return 'foreign';
  if (seen.rolling) return 'rolling';
  return seen.running === seen.tag ? 'in-sync' : 'drifted';
}
