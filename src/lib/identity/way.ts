/** How baf gets from what it is given to a role of an account: a base, and steps from there. */
import type { IdentityRules } from '../model/platform.js';

/** Whose token proves who a pipeline is. */
export type TokenSource =
  | { readonly kind: 'github'; readonly audience: string }
  | { readonly kind: 'gitlab'; readonly variable: string }
  | { readonly kind: 'file'; readonly path: string };

export type Base =
  /** `role`: the one that the token is for, where the chain starts; null: straight into the role of each account. */
  | { readonly kind: 'web-identity'; readonly token: TokenSource; readonly role: string | null }
  /** The permission set `role` of one account, or of each (`accountId` null); `role` null: the only one there is. */
  | { readonly kind: 'sso'; readonly session: string; readonly accountId: string | null; readonly role: string | null }
  /** What the SDK's own chain finds. `profile` where it is a profile. */
  | {
      readonly kind: 'sdk';
      readonly from: 'environment' | 'profile' | 'container' | 'instance';
      readonly profile: string | null;
    }
  | { readonly kind: 'sandbox' };

/** One call that gives a session. */
export type Step =
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly token: TokenSource }
  | { readonly kind: 'permission-set'; readonly accountId: string; readonly role: string | null }
  | { readonly kind: 'assume'; readonly roleArn: string; readonly externalId: string | null };

export interface Way {
  readonly base: Base;
  /** Tells this way, and the person behind it, apart from others: never a secret. */
  readonly key: readonly string[];
  /** What the user should know. */
  readonly warnings: readonly string[];
  /** What to do where the first credentials turn out not to be there; left out where the way itself says enough. */
  readonly missing?: string[];
}

const assume = (pattern: string, accountId: string, externalId: string | null): Step => ({
  kind: 'assume',
  roleArn: pattern.replaceAll('{account}', accountId),
  externalId,
});

/** The steps to the role of an account, in order. Straight where the rules let it be; the fewer, the longer it lasts. */
export function stepsTo(base: Base, rules: IdentityRules, accountId: string): Step[] {
  const hub = rules.via ? [assume(rules.via.role, accountId, rules.via.externalId)] : [];
  const role = assume(rules.role, accountId, rules.externalId);
  switch (base.kind) {
    case 'web-identity': {
      const { token } = base;
      if (base.role !== null) return [{ kind: 'web-identity', roleArn: base.role, token }, ...hub, role];
      // A role of the pipelines' own is meant to be taken straight; the people's role behind a hub trusts the hub only.
      const straight = !rules.via || rules.ci.role !== rules.role;
      if (straight) return [{ kind: 'web-identity', roleArn: rules.ci.role.replaceAll('{account}', accountId), token }];
      return [{ kind: 'web-identity', roleArn: rules.via.role, token }, role];
    }
    case 'sso':
      if (base.accountId === null) return [{ kind: 'permission-set', accountId, role: base.role }];
      return [{ kind: 'permission-set', accountId: base.accountId, role: base.role }, ...hub, role];
    case 'sdk':
    case 'sandbox':
      return [...hub, role];
  }
}

const TOKENS = { github: 'GitHub Actions', gitlab: 'GitLab', file: 'a token file' } as const;

/** Where the first credentials come from, in words: `from ...`. */
export function sourceOf(base: Base): string {
  switch (base.kind) {
    case 'web-identity':
      return base.token.kind === 'file'
        ? `the web identity token in ${base.token.path}`
        : `${TOKENS[base.token.kind]} (web identity)`;
    case 'sso':
      return `single sign-on (session ${base.session})`;
    case 'sandbox':
      return 'sandbox';
    case 'sdk':
      switch (base.from) {
        case 'profile':
          return `profile ${base.profile}`;
        case 'environment':
          return 'environment variables';
        case 'container':
          return 'container role';
        case 'instance':
          return 'instance role';
      }
  }
}

/** The way to an account's role, in words. */
export const wordsOf = (steps: readonly Step[]): string =>
  steps
    .map((step) => {
      switch (step.kind) {
        case 'web-identity':
          return `web identity into ${step.roleArn}`;
        case 'permission-set':
          return `permission set ${step.role ?? '(the only one)'} of ${step.accountId}`;
        case 'assume':
          return `AssumeRole of ${step.roleArn}${step.externalId === null ? '' : ' with an external id'}`;
      }
    })
    .join(', then ');

/** Whether sessions of a way can be had anew after its first token's end. */
export const renewable = (base: Base): boolean => !(base.kind === 'web-identity' && base.token.kind === 'gitlab');
