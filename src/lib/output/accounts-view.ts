/** What one may assume, as a table. */
import type { AccountRow } from '../model/account-row.js';
import { clean, paint, table } from './style.js';

export function renderAccounts(
  rows: readonly AccountRow[],
  { color, columns }: { readonly color: boolean; readonly columns: number },
): string {
  const { bold, dim, green, red, yellow } = paint(color);
  const tint = { ok: green, denied: red, failed: yellow };
  const sso = rows.some((row) => row.permissionSets !== null);
  const head = ['ACCOUNT', 'ID', 'ROLE', 'STATE', ...(sso ? ['PERMISSION SETS'] : []), 'WHY'].map((text) => bold(text));
  const body = rows.map((row) => [
    row.account,
    row.accountId,
    row.role,
    tint[row.state](row.state),
    ...(sso ? [row.permissionSets === null ? '' : row.permissionSets.join(', ') || '-'] : []),
    dim(clean(row.reason ?? '')),
  ]);
  const bad = rows.filter((row) => row.state !== 'ok').map((row) => row.account);
  // Of forty accounts the first are no longer to be seen.
  const end = bad.length === 0 ? [] : ['', `${bad.length} of ${rows.length} accounts are closed to you: ${bad.join(', ')}`];
  return [table([head, ...body], columns), ...end].join('\n');
}
