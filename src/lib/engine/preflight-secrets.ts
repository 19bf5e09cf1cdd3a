/** Secrets of many services in one target, each asked for once: that they are there, and that their roles may read them. */
import type { Target } from '../model/target.js';
import { notKnown, type Known } from '../preflight/finding.js';
import type { Needs } from '../preflight/needs.js';
import type { Decision, Reference, SecretFact, SecretSeen } from '../preflight/secrets.js';
import { attempt } from './attempt.js';
import type { Surroundings } from './surroundings.js';

const ACTIONS = { parameter: 'ssm:GetParameters', secret: 'secretsmanager:GetSecretValue' } as const;

/** For each of the services, in their order. */
export async function observeSecrets(of: readonly Needs[], target: Target, around: Surroundings): Promise<SecretSeen[][]> {
  const here = (reference: Reference): boolean => reference.account === target.accountId && reference.region === target.region;
  const all = of.flatMap(({ secrets }) => secrets.flatMap(({ reference }) => (reference && here(reference) ? [reference] : [])));
  const names = [...new Set(all.flatMap((r) => (r.kind === 'parameter' ? r.names : [])))];
  const secrets = new Map<string, boolean>();
  for (const r of all) if (r.kind === 'secret') secrets.set(r.arn, (secrets.get(r.arn) ?? false) || r.key !== null);
  const [parameters, facts, decisions] = await Promise.all([
    names.length > 0 ? attempt(() => around.parameters(names)) : null,
    Promise.all([...secrets].map(async ([arn, keys]) => [arn, await attempt(() => around.secret(arn, keys))] as const)),
    decisionsOf(of, around, here),
  ]);
  const secretFacts = new Map<string, Known<SecretFact | null>>(facts);
  const elsewhere = (r: Reference) => notKnown(`it is in ${r.account}/${r.region}, and baf looks in the target only`);
  return of.map(({ secrets: wanted, executionRole }) =>
    wanted.map(({ name, valueFrom, reference }): SecretSeen => {
      const seen = { name, valueFrom, reference, parameter: null, secret: null, decision: null };
      if (reference === null) return seen;
      const decision = decisions.get(`${executionRole} ${reference.arn}`) ?? null;
      if (reference.kind === 'secret')
        return { ...seen, decision, secret: here(reference) ? (secretFacts.get(reference.arn) ?? null) : elsewhere(reference) };
      if (!here(reference)) return { ...seen, decision, parameter: elsewhere(reference) };
      const there: Known<boolean> = parameters?.known
        ? { known: true, value: reference.names.some((one) => parameters.value.includes(one)) }
        : notKnown(parameters?.why ?? '');
      return { ...seen, decision, parameter: there };
    }),
  );
}

/** By role and ARN; empty where the policies cannot be simulated. */
async function decisionsOf(
  of: readonly Needs[],
  around: Surroundings,
  here: (r: Reference) => boolean,
): Promise<Map<string, Decision>> {
  const asked = new Map<string, { role: string; kind: Reference['kind']; arns: Set<string> }>();
  for (const { executionRole, secrets } of of)
    for (const { reference } of secrets) {
      if (!executionRole?.startsWith('arn:') || !reference || !here(reference)) continue;
      const key = `${executionRole} ${reference.kind}`;
      const held = asked.get(key) ?? { role: executionRole, kind: reference.kind, arns: new Set<string>() };
      asked.set(key, held);
      held.arns.add(reference.arn);
    }
  const found = new Map<string, Decision>();
  await Promise.all(
    [...asked.values()].map(async ({ role, kind, arns }) => {
      const list = [...arns];
      const answer = await attempt(() => around.decisions(role, ACTIONS[kind], list));
      if (answer.known) list.forEach((arn, index) => found.set(`${role} ${arn}`, answer.value[index] ?? null));
    }),
  );
  return found;
}
