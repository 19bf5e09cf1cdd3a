/** Freezes: times in which nothing is deployed. */

/** Over and over by a wall clock. */
export interface Recurrence {
  /** Days on which it begins; 0 is Sunday. */
  readonly days: readonly number[];
  readonly from: { readonly hour: number; readonly minute: number };
  readonly until: { readonly hour: number; readonly minute: number };
  /** Days from the day it begins on to the day it ends on. */
  readonly lasts: number;
}

/** A window of the platform file: `span` once (milliseconds), or `every` in `zone`. */
export interface FreezeWindow {
  readonly reason: string;
  /** As the file says it. */
  readonly rule: string;
  readonly zone: string | null;
  readonly span: { readonly from: number; readonly until: number } | null;
  readonly every: Recurrence | null;
  /** Null: all. */
  readonly services: readonly string[] | null;
}

/** A freeze as users see it: the `freezes` part of the JSON contract. Dates are ISO 8601 in UTC. */
export interface FreezeView {
  readonly environment: string;
  /** Null: the whole environment. */
  readonly services: readonly string[] | null;
  readonly source: 'hand' | 'window';
  readonly state: 'active' | 'coming';
  readonly reason: string;
  /** Who, of a freeze by hand. */
  readonly by: string | null;
  readonly from: string | null;
  /** Null: until somebody ends it. */
  readonly until: string | null;
  /** Of a window: as the platform file says it. */
  readonly rule: string | null;
}
