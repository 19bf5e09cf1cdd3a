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
  readonly waves: readonly Wave[];
  /** Present where stagings may be made in this environment. */
  readonly stagings: StagingRules | null;
}

export interface Platform {
  readonly name: string;
  readonly engine: 'cloudformation' | 'terraform';
  /** Where it was read from: a file's path or `ssm:/path`. */
  readonly source: string;
  /** IAM role pattern with `{account}`. */
  readonly role: string;
  readonly sso: { readonly session: string; readonly startUrl: string; readonly region: string } | null;
  /** Alias -> 12-digit account id. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Environment>>;
}
