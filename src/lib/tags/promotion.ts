/** What a promotion takes along: each service's one tag at the source, pinned to the version it has there. */
import type { TagRow } from '../model/tag-row.js';

export interface SourceTag {
  readonly service: string;
  readonly tag: string;
  readonly digest: string | null;
  /** `staging@7`: the environment, and the version in the first target that has it. */
  readonly source: string;
}

/** Why a service cannot be promoted. */
export interface NoSource {
  readonly service: string;
  readonly why: string;
}

export function sourceOf(service: string, environment: string, rows: readonly TagRow[]): SourceTag | NoSource {
  const own = rows.filter((r) => r.service === service);
  const closed = own.filter((r) => r.state === 'denied' || r.state === 'unreadable');
  if (closed.length > 0)
    return {
      service,
      why: `${service} cannot be read in ${environment}: ${closed.map((r) => `${r.target} (${r.state})`).join(', ')}`,
    };
  const tagged = own.filter((r) => r.tag !== null);
  const tags = [...new Set(tagged.map((r) => r.tag))];
  if (tags.length === 0) return { service, why: `${service} has no deploy tag in ${environment}` };
  if (tags.length > 1)
    return {
      service,
      why: `${service} has several tags in ${environment}: ${tagged.map((r) => `${r.tag} in ${r.target}`).join(', ')}`,
    };
  const [first] = tagged as [TagRow, ...TagRow[]];
  return { service, tag: first.tag!, digest: first.digest, source: `${environment}@${first.version}` };
}

/** A promotion under way, kept until it is done, so that another machine can finish it. */
export interface PromotionRecord {
  readonly id: string;
  readonly from: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly targets: readonly string[] | null;
  /** `service tag version` of each, as pinned at the source. */
  readonly items: readonly string[];
  readonly done: boolean;
}

const ROOM = 3_900;

/** As parameters of at most 4 KB, the first with all but the items that do not fit. */
export function formatPromotion(record: PromotionRecord): string[] {
  const parts: string[][] = [[]];
  const head = JSON.stringify({ baf: 1, ...record, items: [] }).length + 20;
  let size = head;
  for (const item of record.items) {
    if (size + item.length + 3 > ROOM) {
      parts.push([]);
      size = 60;
    }
    parts.at(-1)!.push(item);
    size += item.length + 3;
  }
  return parts.map((items, index) =>
    index === 0
      ? JSON.stringify({ baf: 1, parts: parts.length, ...record, items })
      : JSON.stringify({ baf: 1, id: record.id, items }),
  );
}

/** Null where there is none, or a part of it is missing or of another promotion. */
export function parsePromotion(values: readonly string[]): PromotionRecord | null {
  try {
    const [first, ...rest] = values.map((v) => JSON.parse(v) as PromotionRecord & { baf: number; parts: number });
    if (!first || first.baf !== 1) return null;
    const more = rest.slice(0, first.parts - 1);
    if (more.length < first.parts - 1 || more.some((part) => part.id !== first.id)) return null;
    const { id, from, by, at, targets, done } = first;
    return { id, from, by, at, targets, done, items: [...first.items, ...more.flatMap((part) => part.items)] };
  } catch {
    return null;
  }
}
