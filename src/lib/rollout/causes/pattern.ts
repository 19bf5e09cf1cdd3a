/** What a table of causes is made of: texts of AWS, what they mean, and what a developer does about them. */

/**
 * - `failure`: the version, its settings, or what it needs; trying again alone does not mend it
 * - `deadlock`: the rollout cannot make progress, and ECS says so
 * - `capacity`: no room at this time; nothing is wrong with the version
 * - `waiting`: AWS sees to it by itself
 * - `symptom`: something failed, and this does not say what
 * - `progress`: nothing is wrong
 */
export type Meaning = 'failure' | 'deadlock' | 'capacity' | 'waiting' | 'symptom' | 'progress';

export interface Pattern {
  /** Stable PascalCase code. */
  readonly code: string;
  readonly meaning: Meaning;
  /** Against the whole text; the first pattern of all tables that matches has it. */
  readonly test: RegExp;
  /** What to do next; empty where there is nothing to do. */
  readonly advice: string;
}

/** A table: most telling first. Failures of one family are one cause when they are counted. */
export interface Family {
  readonly name: string;
  readonly patterns: readonly Pattern[];
}

export const pattern = (code: string, meaning: Meaning, test: RegExp, advice = ''): Pattern => ({ code, meaning, test, advice });
