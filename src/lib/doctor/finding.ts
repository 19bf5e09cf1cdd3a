/** The doctor's checks, and what they found. */
import type { FindingOf, Outcome } from '../model/finding.js';

export type { Outcome } from '../model/finding.js';
export type Group = 'machine' | 'project' | 'identity' | 'targets';

export interface Finding extends FindingOf<CheckId> {
  /** `account/region`, of checks that are made for each target. */
  readonly target?: string;
}

/** In the order in which they are shown. */
export const CHECKS = {
  node: { title: 'Node', group: 'machine' },
  git: { title: 'git', group: 'machine' },
  engine: { title: 'stack engine', group: 'machine' },
  endpoint: { title: 'endpoints', group: 'machine' },
  proxy: { title: 'proxy', group: 'machine' },
  project: { title: 'baf.yaml', group: 'project' },
  platform: { title: 'platform', group: 'project' },
  clock: { title: 'clock', group: 'identity' },
  'aws-files': { title: 'AWS files', group: 'identity' },
  keys: { title: 'keys', group: 'identity' },
  login: { title: 'login', group: 'identity' },
  role: { title: 'role', group: 'targets' },
  offer: { title: 'offer', group: 'targets' },
} as const satisfies Record<string, { title: string; group: Group }>;

export type CheckId = keyof typeof CHECKS;

const finding = (id: CheckId, outcome: Outcome, message: string, fix: string | null = null, target?: string): Finding => ({
  id,
  title: CHECKS[id].title,
  outcome,
  ...(target === undefined ? {} : { target }),
  message,
  fix,
});

export const ok = (id: CheckId, message: string, target?: string): Finding => finding(id, 'ok', message, null, target);
export const warning = (id: CheckId, message: string, fix: string, target?: string): Finding =>
  finding(id, 'warning', message, fix, target);
export const problem = (id: CheckId, message: string, fix: string, target?: string): Finding =>
  finding(id, 'problem', message, fix, target);
export const skipped = (id: CheckId, message: string, target?: string): Finding => finding(id, 'skipped', message, null, target);

/** An error as a check reports it. */
export interface Trouble {
  /** E.g. `AccessDenied`; absent of what is no error of a user's. */
  readonly code?: string;
  readonly message: string;
  readonly nextSteps: readonly string[];
}
