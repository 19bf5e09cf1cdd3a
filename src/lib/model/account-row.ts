/** One account of the platform, and whether its role may be assumed: a row of `baf accounts`. Dates are ISO 8601 in UTC. */
export interface AccountRow {
  /** Alias in the platform file. */
  readonly account: string;
  readonly accountId: string;
  /** Role or permission set that baf uses there. */
  readonly role: string;
  readonly state: 'ok' | 'denied' | 'failed';
  /** Why not, or null. */
  readonly reason: string | null;
  /** Names of the login's permission sets there; null where the way does not go through single sign-on. */
  readonly permissionSets: readonly string[] | null;
  /** End of the session that was had, or null. */
  readonly expiresAt: string | null;
}
