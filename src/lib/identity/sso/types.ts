/** A login at IAM Identity Center, as the rest of baf sees it. */
export interface SsoToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface SsoTokens {
  /** A token that still lasts, refreshed silently where that can be. Throws a UserError `LoginNeeded` (exit 3) otherwise. */
  token(): Promise<SsoToken>;
}
