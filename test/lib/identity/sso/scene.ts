/** A sandbox, a folder of logins, and people who sign in: the clock is the test's, nothing sleeps. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOidc } from '../../../../src/lib/aws/sso-oidc.js';
import type { Oidc, Person, Prompt } from '../../../../src/lib/identity/sso/effects.js';
import type { Flow } from '../../../../src/lib/identity/sso/flow.js';
import { tokenFileName } from '../../../../src/lib/identity/sso/token-file.js';
import { createSsoTokens, type SsoLogins } from '../../../../src/lib/identity/sso/tokens.js';
import type { SsoSession } from '../../../../src/lib/identity/sso/types.js';
import { listenOnLoopback } from '../../../../src/lib/system/loopback.js';
import { ssoCacheFiles, ssoLock } from '../../../../src/lib/system/sso-cache.js';
import { served, type Served } from '../../sandbox/served.js';

export const SESSION: SsoSession = {
  name: 'acme',
  startUrl: 'https://acme.awsapps.com/start',
  region: 'eu-west-1',
  scopes: null,
};

export interface Scene {
  readonly sandbox: Served;
  readonly dir: string;
  readonly oidc: Oidc;
  /** Milliseconds that the code under test slept, one after the other. */
  readonly slept: number[];
  /** Addresses that were shown. */
  readonly prompts: Prompt[];
  now(): number;
  /** Another process: it has its own lock and its own memory. */
  tokens(options?: { session?: SsoSession; person?: Person | null; oidc?: Oidc; waitMs?: number }): SsoLogins;
  person(flow?: Flow, open?: (address: string) => Promise<unknown>): Person;
  /** The file of the session. */
  file(session?: SsoSession): string;
  held(session?: SsoSession): Record<string, string>;
  hold(change: Record<string, unknown>, session?: SsoSession): void;
  /** How often an operation was called. */
  calls(operation: string): number;
  close(): Promise<void>;
}

export async function scene(): Promise<Scene> {
  const sandbox = await served(['111111111111', '222222222222']);
  const dir = mkdtempSync(join(tmpdir(), 'baf-sso-'));
  const oidc = createOidc({ endpoint: sandbox.endpoint, region: SESSION.region });
  const slept: number[] = [];
  const prompts: Prompt[] = [];
  const now = (): number => sandbox.clock.now();
  const clock = {
    now,
    sleep: async (ms: number) => {
      slept.push(ms);
      sandbox.pass(ms / 1000);
    },
  };
  const file = (session = SESSION): string => join(dir, tokenFileName(session));
  const held = (session = SESSION) => JSON.parse(readFileSync(file(session), 'utf8')) as Record<string, string>;
  const person: Scene['person'] = (flow = 'browser', open = (address) => fetch(address)) => ({
    flow: { flow, why: 'usual', opens: true },
    listen: listenOnLoopback,
    async prompt(prompt) {
      prompts.push(prompt);
      await open(prompt.address);
    },
  });
  return {
    sandbox,
    dir,
    oidc,
    slept,
    prompts,
    now,
    person,
    tokens: ({ session = SESSION, person: who = null, oidc: given = oidc, waitMs = 20_000 } = {}) =>
      createSsoTokens(session, {
        files: ssoCacheFiles(dir),
        lock: ssoLock(dir, { what: 'the login', waitMs }),
        oidc: given,
        clock,
        person: who,
      }),
    file,
    held,
    hold: (change, session = SESSION) => writeFileSync(file(session), JSON.stringify({ ...held(session), ...change })),
    calls: (operation) =>
      Object.values(sandbox.sandbox.store.state.calls)
        .filter((c) => c.operation === operation)
        .reduce((sum, c) => sum + c.count, 0),
    async close() {
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
