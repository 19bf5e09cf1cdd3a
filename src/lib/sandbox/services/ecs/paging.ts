/** Pages of ECS's lists. */
import { page } from '../page.js';
import { invalid } from './state.js';

/** A page as asked for: `usual` items where no size is given, between one and `most`. */
export function pageOf<T>(
  items: readonly T[],
  { maxResults, nextToken }: { maxResults?: number; nextToken?: string },
  usual: number,
  most = 100,
): { items: T[]; token: string | undefined } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > most))
    throw invalid(`maxResults must be between 1 and ${most}.`);
  return page(items, nextToken, maxResults ?? usual, () => invalid('Invalid token.'));
}
