/** Approving and taking back, as a whole: the record first, then the policies, then the note that they are in force. */
import type { GrantPolicy } from '../access/policy.js';
import type { AccessRequest } from '../access/record.js';
import { checkDecides, checkLength, checkRevokes, isApprover } from '../access/rules.js';
import type { AccessRules } from '../model/platform.js';
import { checkWriter, decide, endAccess, forgetOld, listWith, noteApplied } from './access.js';
import { applyPolicies, documentOf, sweepPolicies, type AccessRoles, type Applied } from './access-policies.js';
import type { Effects } from './effects.js';

export interface Answering {
  readonly roles: AccessRoles;
  readonly rules: AccessRules;
  /** Who answers. */
  readonly by: string;
  /** Session names by which AWS may know the one who wrote a person's request. */
  readonly writersOf: (person: string) => readonly string[];
  /** The sandbox does not make the platform's roles: there, without any, baf alone keeps people out. */
  readonly rolesMayBeMissing: boolean;
}

export interface Answered {
  readonly requests: readonly AccessRequest[];
  /** What became of the policies; null where there are none to change. */
  readonly applied: Applied | null;
  readonly rolesMissing: boolean;
}

/** Approves requests together; of what is approved already the policies are put again where they are missing. */
export async function approveRequests(asked: readonly AccessRequest[], given: Answering, effects: Effects): Promise<Answered> {
  const { roles, rules, by } = given;
  const now = effects.clock.now();
  for (const request of asked) {
    checkDecides(request, by, rules, true, now);
    checkLength(request, rules);
    if (!request.decision) await checkWriter(roles, request, given.writersOf(request.requester), effects);
  }
  const swept = await sweepPolicies(roles, effects);
  // Who may not even look at the roles cannot let anybody in: nothing is recorded then.
  if (swept.failed.length === roles.accounts.length && !missing(given, swept)) throw swept.failed[0]!.error;
  const decided: AccessRequest[] = [];
  // One after another, each placed beside those before it; of the same moment, so that those who asked for as long end together.
  for (const request of asked) {
    const answer = { by, approved: true, reason: null, at: now };
    decided.push(request.decision ? request : await decide(roles, request, answer, (p) => sizeOf(roles, p), effects, decided));
  }
  const { carried, ...applied } = await applyPolicies(roles, decided, effects);
  const rolesMissing = missing(given, applied);
  const whole = applied.failed.length === 0 || rolesMissing;
  const ids = carried.map(({ id }) => id);
  if (whole) await noteApplied(roles, ids, by, effects);
  const after = await listWith(decided, roles, effects);
  if (swept.failed.length === 0) await forgetOld(roles, after, effects);
  const requests = decided.map(({ id }) => after.find((request) => request.id === id)!);
  const at = effects.clock.now();
  return {
    requests: requests.map((r) => (whole && ids.includes(r.id) ? { ...r, appliedAt: r.appliedAt ?? at } : r)),
    applied,
    rolesMissing,
  };
}

export async function denyRequest(
  request: AccessRequest,
  reason: string | null,
  { roles, rules, by }: Answering,
  effects: Effects,
): Promise<Answered> {
  const at = effects.clock.now();
  checkDecides(request, by, rules, false, at);
  const answer = { by, approved: false, reason, at };
  const after = request.decision ? request : await decide(roles, request, answer, () => 0, effects);
  return { requests: [after], applied: null, rolesMissing: false };
}

export async function revokeRequest(
  request: AccessRequest,
  reason: string | null,
  given: Answering,
  effects: Effects,
): Promise<Answered> {
  const { roles, rules, by } = given;
  checkRevokes(request, by, rules, effects.clock.now());
  const after = await endAccess(roles, request, { by, reason }, effects);
  if (!after.decision?.approved) return { requests: [after], applied: null, rolesMissing: false };
  const applied = await applyPolicies(roles, [after], effects);
  if (isApprover(rules, by)) await sweepPolicies(roles, effects);
  return { requests: [after], applied, rolesMissing: missing(given, applied) };
}

const sizeOf = (roles: AccessRoles, policy: GrantPolicy): number => documentOf(roles, policy).replace(/\s/g, '').length;

const missing = ({ rolesMayBeMissing }: Answering, { done, failed }: Applied): boolean =>
  rolesMayBeMissing && done.length === 0 && failed.length > 0 && failed.every(({ error }) => error.code === 'RoleMissing');
