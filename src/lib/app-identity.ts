/** Wires identity: the way to the roles that this computer and the platform file give, labels, cache, tokens. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionOptions } from './aws/sessions.js';
import { ssoWay } from './identity/choose-way.js';
import { ciRunOf, labelsOf } from './identity/labels.js';
import { tokenFileName } from './identity/sso/token-file.js';
import type { SsoTokens } from './identity/sso/types.js';
import type { Clock } from './model/clock.js';
import type { Platform, SsoRules } from './model/platform.js';
import type { OpenSandbox } from './sandbox/start.js';
import { SANDBOX_CACHE, someoneIsThere } from './system/someone.js';
import { credentialCache, shortHash, userCredentialCache } from './system/credential-cache.js';

export interface IdentityOptions {
  readonly project: { readonly name: string; readonly dir: string };
  readonly platform: Platform;
  readonly actor: string;
  /** Where chains start unless the platform file says otherwise, and where STS is asked. */
  readonly first: { readonly accountId: string; readonly region: string };
  readonly sandbox: OpenSandbox | null;
  readonly clock: Clock;
  readonly flags: { readonly 'no-input'?: boolean };
  readonly notify: (text: string) => void;
}

export async function openIdentity(options: IdentityOptions): Promise<SessionOptions> {
  const { project, platform, actor, first, sandbox, clock, notify } = options;
  const rules = platform.identity;
  const run = ciRunOf(process.env);
  const labels = (person: string | null) => labelsOf(run ? actor : (person ?? actor), run, project.name, shortHash);
  const common = { rules, labels, asksWho: run === null, stsRegion: first.region, now: clock.now, warn: notify };
  const cacheDir = sandbox ? join(project.dir, '.baf', 'sandbox', ...SANDBOX_CACHE) : null;
  const ssoTokens = rules.sso ? () => loginsOf(options, rules.sso!, cacheDir) : null;
  if (sandbox) {
    // The embedded AWS asks for no identity; who signed in there is who they are.
    const sso = rules.sso && existsSync(join(cacheDir!, tokenFileName({ name: rules.sso.session, startUrl: '' })));
    const { loginIn } = sso ? await import('./system/identity-edge.js') : { loginIn: null };
    const way = loginIn
      ? ssoWay(rules, first.accountId, loginIn(cacheDir!, rules.sso!.session) ?? '')
      : { base: { kind: 'sandbox' } as const, key: [], warnings: [] };
    return {
      ...common,
      way,
      store: credentialCache(sandbox.credentialsDir, [actor, ...way.key]),
      token: () => Promise.reject(new Error('the sandbox asks for no token')),
      ssoTokens,
      baseEndsAt: null,
    };
  }
  const { keysEndAt, tokenHere, wayHere } = await import('./system/identity-edge.js');
  const way = wayHere(process.env, rules, first.accountId);
  way.warnings.forEach(notify);
  return {
    ...common,
    way,
    store: userCredentialCache(process.env, actor, way.key),
    token: tokenHere(process.env),
    ssoTokens,
    baseEndsAt: way.base.kind === 'sdk' && way.base.from === 'environment' ? keysEndAt(process.env) : null,
  };
}

async function loginsOf(
  { sandbox, flags, clock }: IdentityOptions,
  rules: SsoRules,
  cacheDir: string | null,
): Promise<SsoTokens> {
  const [{ openLogins }, { platformSession }, { readAwsFiles }] = await Promise.all([
    import('./app-login.js'),
    import('./identity/sso/session.js'),
    import('./system/aws-files.js'),
  ]);
  return openLogins({
    session: platformSession(rules, await readAwsFiles(process.env).catch(() => null)),
    sandbox: sandbox && cacheDir ? { endpoint: sandbox.endpoint, cacheDir } : null,
    clock,
    ask: someoneIsThere(flags, process.env) ? { browser: true } : null,
    say: (text) => void process.stderr.write(`${text}\n`),
  });
}
