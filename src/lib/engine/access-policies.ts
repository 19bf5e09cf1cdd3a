/**
 * Brings the inline policies of an environment's roles to what the records say, in all accounts at once. What is needed is
 * always computed from the records anew, and looked at again after the writing: of two who write at once, the one who ends
 * last leaves what both have recorded.
 */
import {
  grantDocument,
  policiesOf,
  policyName,
  readPolicyName,
  staleNames,
  type GrantPolicy,
  type PolicyDocument,
} from '../access/policy.js';
import { grantOf, type AccessRequest, type Grant } from '../access/record.js';
import { UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { listWith, TRAILING_MS, type AccessPlace } from './access.js';
import type { Effects } from './effects.js';

export interface AccessRoles extends AccessPlace {
  /** One target for each account of the environment. */
  readonly accounts: readonly Target[];
  /** Name of the role that people assume there, and its ARN in any account. */
  readonly role: string;
  readonly roleArn: string;
  /** Statements that a grant allows. */
  readonly deploying: PolicyDocument;
}

export interface Applied {
  /** Aliases of accounts. */
  readonly done: readonly string[];
  readonly failed: readonly { readonly account: string; readonly error: UserError }[];
}

const AT_ONCE = 10;
const ROUNDS = 5;

export const documentOf = (roles: AccessRoles, policy: GrantPolicy): string =>
  grantDocument(roles.deploying, policy, roles.roleArn);

/** Puts the policies that carry these approved requests, or removes those that carry nobody any more. */
export async function applyPolicies(
  roles: AccessRoles,
  approved: readonly AccessRequest[],
  effects: Effects,
): Promise<Applied & { readonly carried: readonly Grant[] }> {
  const leads = new Map(approved.map(({ decision }) => [decision!.lead!, Date.parse(decision!.until!)]));
  let applied: Applied = { done: [], failed: [] };
  let before = '';
  for (let round = 0; ; round++) {
    const grants = (await grantsOf(roles, approved, effects)).filter(({ lead }) => leads.has(lead));
    const wanted = policiesOf(grants);
    const ours = [...leads].map(([lead, until]) => ({ lead, until, policy: wanted.find((p) => p.lead === lead) ?? null }));
    const now = JSON.stringify(ours);
    // Nothing was recorded while it was written: it is as it should be.
    if (now === before || round === ROUNDS) return { ...applied, carried: grants };
    before = now;
    applied = await everywhere(roles, async (target) => {
      const { rolePolicies } = effects.at(target);
      for (const { policy, ...name } of ours)
        if (policy) await rolePolicies.put(roles.role, policyName(roles.environment, name), documentOf(roles, policy));
        else await rolePolicies.delete(roles.role, policyName(roles.environment, name));
    });
    // So that what others recorded before they wrote is seen.
    await effects.clock.sleep(TRAILING_MS);
  }
}

/** Removes policies that are over, and those of access that was taken back. */
export async function sweepPolicies(roles: AccessRoles, effects: Effects): Promise<Applied> {
  const found = new Map<string, string[]>();
  const listed = await everywhere(roles, async (target) => {
    found.set(target.account, await effects.at(target).rolePolicies.list(roles.role));
  });
  const names = [...new Set([...found.values()].flat())];
  const now = effects.clock.now();
  const stale = async () => staleNames(names, roles.environment, policiesOf(await grantsOf(roles, [], effects)), now);
  let gone = await stale();
  // Whoever puts a policy has recorded why before: what the records do not show now, they show a moment later.
  if (gone.some((name) => readPolicyName(name)!.until > now)) {
    await effects.clock.sleep(TRAILING_MS);
    gone = await stale();
  }
  const dirty = roles.accounts.filter((target) => found.get(target.account)?.some((name) => gone.includes(name)));
  const swept = await everywhere({ accounts: dirty }, async (target) => {
    for (const name of found.get(target.account)!.filter((n) => gone.includes(n)))
      await effects.at(target).rolePolicies.delete(roles.role, name);
  });
  return { done: swept.done, failed: [...listed.failed, ...swept.failed] };
}

async function grantsOf(roles: AccessRoles, known: readonly AccessRequest[], effects: Effects): Promise<Grant[]> {
  const now = effects.clock.now();
  return (await listWith(known, roles, effects)).map((r) => grantOf(r, now)).filter((grant) => grant !== null);
}

/** In every account, ten at once; one that fails keeps none of the others from being done. */
async function everywhere({ accounts }: Pick<AccessRoles, 'accounts'>, act: (target: Target) => Promise<void>): Promise<Applied> {
  const done: string[] = [];
  const failed: { account: string; error: UserError }[] = [];
  const queue = [...accounts];
  const work = async (): Promise<void> => {
    for (let target = queue.shift(); target; target = queue.shift()) {
      try {
        await act(target);
        done.push(target.account);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failed.push({ account: target.account, error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const order = (name: string): number => accounts.findIndex((t) => t.account === name);
  return {
    done: done.sort((a, b) => order(a) - order(b)),
    failed: failed.sort((a, b) => order(a.account) - order(b.account)),
  };
}
