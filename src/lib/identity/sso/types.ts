/** A login at IAM Identity Center, as the rest of baf sees it. */
export interface SsoToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface SsoTokens {
  /**
   * A token that still lasts, refreshed silently where that can be. Throws a UserError `LoginNeeded` (exit 3) otherwise.
   * @param refused access token that AWS did not take: it is not given again, but refreshed once
   */
  token(refused?: string): Promise<SsoToken>;
}

/** Where somebody logs in. */
export interface SsoSession {
  /** Of the sso-session, or null for a profile that has start URL and region of its own. */
  readonly name: string | null;
  readonly startUrl: string;
  readonly region: string;
  /** `sso_registration_scopes` of the sso-session, or null where it has none. */
  readonly scopes: readonly string[] | null;
}
