/** A target is an account in a region. `account` is the alias of the platform file, `accountId` the 12 digits. */
export interface Target {
  /** `account/region`, the form users type and see. */
  readonly name: string;
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
}

/** Waves of targets: the targets of one wave run at once, the waves in order. `bakeMs` is waited after the wave. */
export interface Wave {
  readonly targets: readonly Target[];
  readonly bakeMs: number;
}
