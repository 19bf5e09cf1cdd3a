/** What a check found: of the doctor's checks, and of those before a deploy. */
export type Outcome = 'ok' | 'warning' | 'problem' | 'skipped';

export interface FindingOf<Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly outcome: Outcome;
  /** What was found; of several lines where there are several problems. */
  readonly message: string;
  /** A command, or a line to change; null where nothing is to be done. */
  readonly fix: string | null;
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export const countOutcomes = (findings: readonly { readonly outcome: Outcome }[]): OutcomeCounts => {
  const count = (outcome: Outcome): number => findings.filter((f) => f.outcome === outcome).length;
  return { ok: count('ok'), warning: count('warning'), problem: count('problem'), skipped: count('skipped') };
};

/** A finding about one service in one target, before it is deployed. */
export interface PreflightFinding extends FindingOf<string> {
  readonly service: string;
  /** `account/region`. */
  readonly target: string;
}
