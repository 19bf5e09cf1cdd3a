/** `baf accounts`: the accounts of the platform, and whether their roles may be assumed. */
import { openApp, type App, type AppFlags } from '../app.js';
import type { PortalAccount, SsoGateway } from '../aws/sso.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Step } from '../identity/way.js';
import type { AccountRow } from '../model/account-row.js';
import { renderAccounts } from '../output/accounts-view.js';
import { shouldColor } from '../output/style.js';

export async function showAccounts(
  flags: AppFlags & { readonly 'no-color': boolean },
): Promise<{ json: object; text: string; exitCode: number }> {
  const app = await openApp(flags);
  try {
    const rows = await lookAtAccounts(app);
    const options = {
      color: shouldColor(process.stdout, process.env, !flags['no-color']),
      columns: process.stdout.columns ?? 1000,
    };
    return { json: { accounts: rows }, text: renderAccounts(rows, options), exitCode: exitCodeOf(rows) };
  } finally {
    await app.close();
  }
}

export async function lookAtAccounts({ aws, platform }: Pick<App, 'aws' | 'platform'>): Promise<AccountRow[]> {
  // Who nobody is signed in as is an error of its own, not forty rows.
  const { portal } = await aws.way('');
  const listed = portal ? await portal.accounts() : null;
  return Promise.all(
    Object.entries(platform.accounts).map(async ([account, accountId]): Promise<AccountRow> => {
      const { steps } = await aws.way(accountId);
      const last = steps.at(-1)!;
      const straight = last.kind === 'permission-set' ? last : null;
      const row = { account, accountId, role: roleOf(last), reason: null, expiresAt: null, permissionSets: null };
      try {
        const permissionSets = portal && listed ? await permissionSetsOf(portal, listed, accountId) : null;
        const missing = straight && permissionSets ? whyNot(straight.role, permissionSets) : null;
        if (missing) return { ...row, permissionSets, state: 'denied', reason: missing };
        const { expiration } = await aws.credentials(accountId);
        return { ...row, permissionSets, state: 'ok', expiresAt: expiration?.toISOString() ?? null };
      } catch (error) {
        if (!(error instanceof UserError) || NOBODY.has(error.code)) throw error;
        return { ...row, state: error.exitCode === ExitCode.denied ? 'denied' : 'failed', reason: error.message };
      }
    }),
  );
}

/** No identity at all: nothing that an account is to blame for. */
const NOBODY: ReadonlySet<string> = new Set(['NoIdentity', 'LoginNeeded']);

/** An account that the login does not have is not asked for. */
const permissionSetsOf = async (portal: SsoGateway, listed: readonly PortalAccount[], accountId: string): Promise<string[]> =>
  listed.some(({ id }) => id === accountId) ? portal.permissionSets(accountId) : [];

function whyNot(role: string | null, sets: readonly string[]): string | null {
  if (sets.length === 0) return 'your login has no permission set there';
  if (role === null || sets.includes(role)) return null;
  return `your login has ${sets.join(', ')} there, not ${role}`;
}

const roleOf = (step: Step): string =>
  step.kind === 'permission-set' ? (step.role ?? '') : step.roleArn.slice(step.roleArn.indexOf(':role/') + ':role/'.length);

/** Some denied: partly; all: denied. */
function exitCodeOf(rows: readonly AccountRow[]): number {
  const bad = rows.filter((row) => row.state !== 'ok');
  if (bad.length === 0) return ExitCode.done;
  if (bad.length < rows.length) return ExitCode.partial;
  return bad.some((row) => row.state === 'denied') ? ExitCode.denied : ExitCode.failed;
}
