/** The checks before a deploy, and how a finding is made. */
import type { FindingOf, Outcome } from '../model/finding.js';

/** In the order in which they are shown. */
export const CHECKS = {
  image: 'image',
  architecture: 'architecture',
  'execution-role': 'execution role',
  'task-role': 'task role',
  secrets: 'secrets',
  'log-group': 'log group',
  cluster: 'cluster',
  subnets: 'subnets',
  'security-groups': 'security groups',
  'target-group': 'target group',
  alarms: 'alarms',
  size: 'size',
  progress: 'progress',
  capacity: 'capacity',
  quota: 'quota',
} as const satisfies Record<string, string>;

export type CheckId = keyof typeof CHECKS;
export const CHECK_IDS = Object.keys(CHECKS) as CheckId[];

export type Finding = FindingOf<CheckId>;

const finding = (id: CheckId, outcome: Outcome, message: string, fix: string | null): Finding => ({
  id,
  title: CHECKS[id],
  outcome,
  message,
  fix,
});

export const ok = (id: CheckId, message: string): Finding => finding(id, 'ok', message, null);
export const warning = (id: CheckId, message: string, fix: string): Finding => finding(id, 'warning', message, fix);
export const problem = (id: CheckId, message: string, fix: string): Finding => finding(id, 'problem', message, fix);
/** It could not be known, and nothing is guessed. */
export const unknown = (id: CheckId, message: string): Finding => finding(id, 'skipped', message, null);

/** What was observed, or why it could not be. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };
export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const notKnown = (why: string): Known<never> => ({ known: false, why });
