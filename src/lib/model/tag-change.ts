import type { Cause } from './cause.js';
import type { Target } from './target.js';

/** What is to become of one deploy tag in one target. */
export interface TagChange {
  readonly service: string;
  readonly target: Target;
  /** Tag that is there now; null where there is none, or it cannot be read. */
  readonly from: string | null;
  readonly to: string;
  /** What is written: the tag, with the digest of the registry that the target pulls from. */
  readonly value: string;
  /** Version that this was decided on; 0 where there is none. */
  readonly expected: number;
  /** `blocked`: it cannot be written, for the cause given. */
  readonly action: 'write' | 'unchanged' | 'blocked';
  readonly cause?: Cause;
  /** Where it comes from: `staging@7`, the environment and the version there. */
  readonly source?: string;
}

/** One line of the ledger: what became of a change. */
export interface TagOutcome {
  readonly service: string;
  readonly target: string;
  readonly from: string | null;
  readonly to: string;
  /** Version that is there now, where it is known. */
  readonly version: number | null;
  readonly status: 'written' | 'unchanged' | 'failed' | 'refused' | 'skipped';
  readonly cause?: Cause;
}
