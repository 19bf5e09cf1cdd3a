/** Wires the login at IAM Identity Center: session, cache, lock, gateway, and the person at the terminal. */
import type { Clock } from './model/clock.js';
import type { ChosenFlow } from './identity/sso/flow.js';
import type { Person, Prompt } from './identity/sso/effects.js';
import { nameOf } from './identity/sso/errors.js';
import type { LoggedOut } from './identity/sso/logout.js';
import { createSsoTokens, type SsoLogins } from './identity/sso/tokens.js';
import type { SsoSession } from './identity/sso/types.js';
import { createClock } from './system/clock.js';

export { SANDBOX_CACHE, someoneIsThere } from './system/someone.js';

export interface AskOptions {
  /** `--device` or `--no-device`. */
  readonly device?: boolean | undefined;
  /** Whether a browser is opened; the address is shown in any case. */
  readonly browser: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface LoginOptions {
  readonly session: SsoSession;
  /** The sandbox: its endpoint, and the folder of its own cache. Null for AWS and the cache that the user's tools share. */
  readonly sandbox: { readonly endpoint: string; readonly cacheDir: string } | null;
  readonly clock?: Clock | undefined;
  /** How a person is asked, or null where nobody is. */
  readonly ask: AskOptions | null;
  /** Tells the user what is not an error. */
  readonly say: (text: string) => void;
}

export interface LogoutOptions {
  readonly session: SsoSession;
  readonly sandbox: { readonly endpoint: string; readonly cacheDir: string; readonly credentialsDir: string } | null;
}

/** For another process that refreshes, or for one whose user is in the browser. Milliseconds. */
const WAIT_MS = 60_000;
const WAIT_FOR_LOGIN_MS = 630_000;

export async function openLogins(options: LoginOptions): Promise<SsoLogins> {
  const { session, sandbox, ask, say } = options;
  const [{ sharedCacheDir, ssoCacheFiles, ssoLock }, { createOidc }] = await Promise.all([
    import('./system/sso-cache.js'),
    import('./aws/sso-oidc.js'),
  ]);
  const dir = sandbox?.cacheDir ?? sharedCacheDir(process.env);
  return createSsoTokens(session, {
    files: ssoCacheFiles(dir),
    lock: ssoLock(dir, {
      what: `The login of ${nameOf(session)}`,
      waitMs: ask ? WAIT_FOR_LOGIN_MS : WAIT_MS,
      signal: ask?.signal,
      waiting: (pid) => ask && say(`Another baf (process ${pid}) is at the login: waiting for it.`),
    }),
    oidc: createOidc({ endpoint: sandbox?.endpoint ?? null, region: session.region }),
    clock: options.clock ?? createClock(),
    person: ask ? await atTheTerminal(session, ask, say) : null,
  });
}

/** Somebody who sees stderr, and has a browser here or elsewhere. */
async function atTheTerminal(session: SsoSession, ask: AskOptions, say: (text: string) => void): Promise<Person> {
  const [{ chooseFlow }, { surroundings }, { listenOnLoopback }] = await Promise.all([
    import('./identity/sso/flow.js'),
    import('./system/surroundings.js'),
    import('./system/loopback.js'),
  ]);
  return {
    flow: chooseFlow(session.name !== null, ask.device, surroundings(process.env)),
    signal: ask.signal,
    listen: listenOnLoopback,
    async prompt(prompt) {
      say(promptText(session, prompt));
      if (!ask.browser || !prompt.flow.opens) return;
      const { openCommands, openInBrowser } = await import('./system/browser.js');
      if (!(await openInBrowser(openCommands(prompt.address, process.env, process.platform))))
        say('No browser could be started: open the address yourself.');
    },
  };
}

const WHY: Readonly<Record<ChosenFlow['why'], string>> = {
  asked: '',
  usual: '',
  ssh: ' (by a code, because this is an SSH session)',
  wsl: ' (by a code, because this is WSL)',
  container: ' (by a code, because this is a container)',
  'no-session': ' (by a code, because the profile has no sso-session)',
};

const promptText = (session: SsoSession, { address, userCode, flow }: Prompt): string =>
  [
    `Sign in to ${nameOf(session)}${WHY[flow.why]}:`,
    '',
    `  ${address}`,
    ...(userCode === null ? [] : ['', `  code ${userCode}: allow it only if the page shows the same`]),
    '',
  ].join('\n');

/** Ends the login of a session, and forgets the role sessions that baf keeps from it. */
export async function openLogout({ session, sandbox }: LogoutOptions): Promise<() => Promise<LoggedOut>> {
  const [{ sharedCacheDir, ssoCacheFiles, ssoLock }, { endLogin }, { logOutOf }, { forgetSessions, userCredentialDir }] =
    await Promise.all([
      import('./system/sso-cache.js'),
      import('./aws/sso-logout.js'),
      import('./identity/sso/logout.js'),
      import('./system/credential-cache.js'),
    ]);
  const dir = sandbox?.cacheDir ?? sharedCacheDir(process.env);
  const where = { endpoint: sandbox?.endpoint ?? null, region: session.region };
  return async () => {
    const done = await logOutOf(session, {
      files: ssoCacheFiles(dir),
      lock: ssoLock(dir, { what: `The login of ${nameOf(session)}`, waitMs: WAIT_MS }),
      end: (accessToken) => endLogin(where, accessToken),
    });
    await forgetSessions(sandbox?.credentialsDir ?? userCredentialDir(process.env));
    return done;
  };
}
