import type { FreezeWindow } from './freeze.js';
import type { NotifyRules } from './notice.js';
import type { Wave } from './target.js';

export interface StagingRules {
  readonly ttlMs: number;
  readonly maxTtlMs: number;
  readonly perOwner: number;
  readonly domain: string;
}

export interface Environment {
  readonly name: string;
  readonly protected: boolean;
  readonly promoteFrom: string | null;
  /** Whether people need an approved request. */
  readonly access: 'standing' | 'on-demand';
  readonly waves: readonly Wave[];
  /** When nothing is deployed. */
  readonly freezes: readonly FreezeWindow[];
  /** CloudWatch alarms in each of its targets that speak against any new version. */
  readonly alarms: readonly string[];
  /** Who is told of its deploys. */
  readonly notify: NotifyRules;
  /** Present where stagings may be made in this environment. */
  readonly stagings: StagingRules | null;
}

/** IAM Identity Center, as the platform uses it. */
export interface SsoRules {
  /** Name of the sso-session, and start URL: where the shared token cache keeps the login. */
  readonly session: string;
  readonly startUrl: string;
  readonly region: string;
  /**
   * Permission set used directly in each account; where `accountId` is given too, in that account only, and `identity.role`
   * is assumed from there. Null: the only one that the login has in the account that starts the chain.
   */
  readonly role: string | null;
  /** Id of the account that starts the chain, or null for the first of the platform. */
  readonly accountId: string | null;
}

export type CiProvider = 'auto' | 'github' | 'gitlab' | 'file' | 'none';

export interface CiRules {
  readonly provider: CiProvider;
  readonly audience: string;
  /** Variable in which GitLab puts the token. */
  readonly tokenVariable: string;
  /** Role pattern with `{account}`. */
  readonly role: string;
}

export interface IdentityRules {
  /** IAM role pattern with `{account}`. */
  readonly role: string;
  readonly sso: SsoRules | null;
  readonly ci: CiRules;
  /** Hub role assumed before `role`, or null. */
  readonly via: { readonly role: string; readonly externalId: string | null } | null;
  /** External id that `role` asks for. */
  readonly externalId: string | null;
}

export interface AccessRules {
  /** Who may grant: names as baf records them. */
  readonly approvers: readonly string[];
  readonly maxForMs: number;
}

export interface Platform {
  readonly name: string;
  readonly engine: 'cloudformation' | 'terraform';
  /** Where it was read from: a file's path or `ssm:/path`. */
  readonly source: string;
  readonly identity: IdentityRules;
  readonly access: AccessRules | null;
  /** Alias -> 12-digit account id. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Environment>>;
}
