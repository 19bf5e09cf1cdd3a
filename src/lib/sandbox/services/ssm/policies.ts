/** Parameter policies: what they say, and when: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html */
import { AwsError } from '../../service.js';
import type { Policy } from './state.js';

const MAX_POLICIES = 10;
const UNITS: Readonly<Record<string, number>> = { Days: 86_400_000, Hours: 3_600_000 };

const badAttribute = (): AwsError =>
  new AwsError('InvalidPolicyAttributeException', 'A policy attribute or its value is invalid.');

interface Written {
  Type?: unknown;
  Version?: unknown;
  Attributes?: Record<string, unknown>;
}

/** The policies of a PutParameter at `now`; none for `[]` and `[{}]`, which take policies away. */
export function parsePolicies(text: string, now: number): Policy[] {
  const written = read(text).filter((policy) => Object.keys(policy).length > 0);
  if (written.length > MAX_POLICIES)
    throw new AwsError(
      'PoliciesLimitExceededException',
      'You specified more than the maximum number of allowed policies for the parameter. The maximum is 10.',
    );
  const end = written.find((policy) => policy.Type === 'Expiration');
  if (written.filter((policy) => policy.Type === 'Expiration').length > 1) throw conflict();
  const expiresAt = end ? timestamp(end.Attributes?.['Timestamp'], now) : null;
  return written.map((policy) => {
    const at = effectOf(policy, expiresAt, now);
    return { type: policy.Type as Policy['type'], text: JSON.stringify(policy), at };
  });
}

const conflict = (): AwsError =>
  new AwsError(
    'IncompatiblePolicyException',
    "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
  );

function read(text: string): Written[] {
  try {
    const parsed: unknown = JSON.parse(text);
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (list.every((policy) => policy !== null && typeof policy === 'object')) return list as Written[];
  } catch {
    // Refused below, as everything that is no list of policies.
  }
  throw badAttribute();
}

function effectOf({ Type, Version, Attributes = {} }: Written, expiresAt: number | null, now: number): number {
  if (Type !== 'Expiration' && Type !== 'ExpirationNotification' && Type !== 'NoChangeNotification')
    throw new AwsError(
      'InvalidPolicyTypeException',
      "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
    );
  if (Version !== '1.0') throw badAttribute();
  if (Type === 'Expiration') return expiresAt!;
  if (Type === 'NoChangeNotification') return now + span(Attributes['After'], Attributes['Unit']);
  // It counts back from an expiration, and says nothing without one.
  if (expiresAt === null) throw conflict();
  return expiresAt - span(Attributes['Before'], Attributes['Unit']);
}

function timestamp(value: unknown, now: number): number {
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (!(at > now)) throw badAttribute();
  return at;
}

function span(amount: unknown, unit: unknown): number {
  const count = Number(amount);
  const length = typeof unit === 'string' && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (!Number.isInteger(count) || count < 1 || length === undefined) throw badAttribute();
  return count * length;
}

export const expiryOf = (policies: readonly Policy[]): number | null =>
  policies.find((policy) => policy.type === 'Expiration')?.at ?? null;

export const showPolicies = (policies: readonly Policy[], now: number): object[] =>
  policies.map(({ type, text, at }) => ({
    PolicyText: text,
    PolicyType: type,
    PolicyStatus: at <= now ? 'Finished' : 'Pending',
  }));
