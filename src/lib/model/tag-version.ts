/** One version of a deploy tag: a row of `baf ssm tags history`. Dates are ISO 8601 in UTC. */
export interface TagVersion {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly version: number;
  readonly value: string;
  readonly tag: string;
  readonly digest: string | null;
  readonly at: string;
  /** By the audit record; of a foreign write, whom AWS names. */
  readonly by: string | null;
  readonly op: string | null;
  readonly foreign: boolean;
  readonly deploy: string | null;
  /** Where a promoted tag came from: `staging@7`. */
  readonly from: string | null;
  readonly reason: string | null;
  readonly labels: readonly string[];
}
