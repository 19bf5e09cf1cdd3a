/**
 * The inline policies by which AWS itself lets people in, and shuts them out again: the statements for deploying, for named
 * source identities and between two times. What is needed is computed from the records alone.
 */
import { sourceIdentity } from '../model/source-identity.js';
import type { Grant } from './record.js';

export { sourceIdentity };

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

/** One policy: the people whose grants end together. It is named after the request that came first. */
export interface GrantPolicy {
  readonly lead: string;
  /** Milliseconds. */
  readonly from: number;
  readonly until: number;
  /** Source identities. */
  readonly people: readonly string[];
}

/** Characters, blanks apart, of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const INLINE_ROOM = 10_240;
/** A grant begins a little before it was given: AWS's clock and that of whoever gave it need not agree. */
const BEFORE_MS = 5 * 60_000;

/** The policies that grants need, by the request that leads each. */
export function policiesOf(grants: readonly Grant[]): GrantPolicy[] {
  const byLead = new Map<string, Grant[]>();
  for (const grant of grants) byLead.set(grant.lead, [...(byLead.get(grant.lead) ?? []), grant]);
  return [...byLead].map(([lead, group]) => ({
    lead,
    from: Math.min(...group.map((g) => g.from)),
    until: Math.min(...group.map((g) => g.until)),
    people: [...new Set(group.map((g) => sourceIdentity(g.requester)))].sort(),
  }));
}

/** Without milliseconds, as IAM reads dates. */
const date = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const stamp = (ms: number): string => date(ms).replace(/[-:]/g, '');

export const policyName = (environment: string, { lead, until }: Pick<GrantPolicy, 'lead' | 'until'>): string =>
  `baf-access.${environment}.${lead}.${stamp(until)}`;

/** What a policy's name tells; null for policies that are not ours. */
export function readPolicyName(name: string): { environment: string; lead: string; until: number } | null {
  const [, environment, lead, day, time] = /^baf-access\.([a-z0-9-]+)\.(.+)\.(\d{8})T(\d{6})Z$/.exec(name) ?? [];
  if (!environment || !lead || !day || !time) return null;
  const until = Date.parse(
    `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  );
  return Number.isNaN(until) ? null : { environment, lead, until };
}

/** Policies that have nothing to say any more: their time is over, or nobody of them has a grant. */
export const staleNames = (
  names: readonly string[],
  environment: string,
  wanted: readonly GrantPolicy[],
  now: number,
): string[] =>
  names.filter((name) => {
    const read = readPolicyName(name);
    if (!read) return false;
    if (read.until <= now) return true;
    return read.environment === environment && !wanted.some((policy) => policyName(environment, policy) === name);
  });

const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);
const brief = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? values[0]! : values);

/**
 * The document, as short as it gets without allowing more: statements under the same condition become one, because an action
 * of one service never meets a resource of another. Whoever has a grant may also drop it (`iam:DeleteRolePolicy`).
 */
export function grantDocument(deploying: PolicyDocument, grant: GrantPolicy, roleArn: string): string {
  const leave: PolicyStatement = { Effect: 'Allow', Action: 'iam:DeleteRolePolicy', Resource: roleArn };
  const merged = new Map<string, { actions: Set<string>; resources: Set<string>; condition: PolicyStatement['Condition'] }>();
  const servicesOf = (actions: Iterable<string>): string[] => [...actions].map((action) => action.split(':')[0]!);
  /** Two statements of one service with resources of their own stay apart. */
  const keyFor = (base: string, actions: readonly string[]): string => {
    let key = base;
    for (let n = 1; ; n++) {
      const there = base.endsWith(',true]') ? null : merged.get(key);
      if (!there || !servicesOf(actions).some((service) => servicesOf(there.actions).includes(service))) return key;
      key = `${base}${n}`;
    }
  };
  for (const { Action, Resource, Condition } of [...deploying.Statement, leave]) {
    const key = keyFor(JSON.stringify([Condition ?? null, Resource === '*']), list(Action));
    const one = merged.get(key) ?? { actions: new Set(), resources: new Set(), condition: Condition };
    merged.set(key, one);
    list(Action).forEach((action) => one.actions.add(action));
    list(Resource).forEach((resource) => one.resources.add(resource));
  }
  const Statement = [...merged.values()].map(({ actions, resources, condition = {} }) => ({
    Effect: 'Allow',
    Action: brief([...actions]),
    Resource: brief([...resources]),
    Condition: {
      ...condition,
      StringEquals: { ...condition['StringEquals'], 'aws:SourceIdentity': brief(grant.people) },
      DateGreaterThan: { 'aws:CurrentTime': date(grant.from - BEFORE_MS) },
      DateLessThan: { 'aws:CurrentTime': date(grant.until) },
    },
  }));
  return JSON.stringify({ Version: deploying.Version, Statement });
}

/**
 * The end of a new grant, milliseconds, and whose policy carries it. Where a role has no room for one more policy the grant
 * joins one that ends before it would; null where there is none.
 */
export function placeGrant(
  asked: { readonly id: string; readonly requester: string; readonly from: number; readonly forMs: number },
  there: readonly GrantPolicy[],
  sizeOf: (policy: GrantPolicy) => number,
): { readonly lead: string; readonly until: number } | null {
  const wanted = Math.floor((asked.from + asked.forMs) / 1000) * 1000;
  const fits = (policies: readonly GrantPolicy[]): boolean => policies.reduce((sum, p) => sum + sizeOf(p), 0) <= INLINE_ROOM;
  const person = sourceIdentity(asked.requester);
  const joined = (to: GrantPolicy) => there.map((p) => (p === to ? { ...p, people: [...p.people, person] } : p));
  const same = there.find((p) => p.until === wanted);
  if (same && fits(joined(same))) return { lead: same.lead, until: same.until };
  if (fits([...there, { lead: asked.id, from: asked.from, until: wanted, people: [person] }]))
    return { lead: asked.id, until: wanted };
  const before = there.filter((p) => p.until < wanted && p.until > asked.from && fits(joined(p)));
  const [last] = before.toSorted((a, b) => b.until - a.until);
  return last ? { lead: last.lead, until: last.until } : null;
}
