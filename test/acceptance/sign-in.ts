/** A person's computer for logins: a home of its own, a browser that follows what it is given, and a sandbox that is served. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenFileName } from '../../src/lib/identity/sso/token-file.js';
import { place, type Place, type Running } from './harness.js';

export const START_URL = 'https://acme.awsapps.com/start';

export interface Computer extends Place {
  readonly home: string;
  readonly cache: string;
  /** Where the sandbox is served; the commands have it as AWS_ENDPOINT_URL, and no `--sandbox`. */
  readonly endpoint: string;
  /** Of all commands from now on. */
  readonly env: Record<string, string>;
  /** Addresses that were opened in the browser. */
  opened(): string[];
  file(): string;
  token(): Record<string, string>;
  change(token: Record<string, string>): void;
  calls(operation: string): Promise<number>;
  leave(): Promise<void>;
}

/** Follows an address as a browser does, and notes it first. */
const BROWSER = `
import { appendFileSync } from 'node:fs';
appendFileSync(process.argv[2], process.argv[3] + '\\n');
await fetch(process.argv[3]);
`;

export async function computer(): Promise<Computer> {
  const home = mkdtempSync(join(tmpdir(), 'baf-home-'));
  const env: Record<string, string> = { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), AWS_EC2_METADATA_DISABLED: 'true' };
  const here = place(env);
  const log = join(home, 'opened');
  writeFileSync(join(home, 'browser.mjs'), BROWSER);
  env['BROWSER'] = `${process.execPath} ${join(home, 'browser.mjs')} ${log}`;
  mkdirSync(join(home, '.aws'));
  writeFileSync(
    join(home, '.aws', 'config'),
    `[sso-session acme]
sso_start_url = ${START_URL}
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = acme
sso_account_id = 222222222222
sso_role_name = Developer
region = eu-west-1
`,
  );
  const serving: Running = here.start('sandbox', 'start', '--speed', '1', '--no-throttle');
  await serving.sees(/sandbox at http:\S+/);
  const { endpoint } = JSON.parse(readFileSync(join(here.dir, '.baf', 'sandbox', 'server.json'), 'utf8')) as { endpoint: string };
  env['AWS_ENDPOINT_URL'] = endpoint;
  const cache = join(home, '.aws', 'sso', 'cache');
  const file = (): string => join(cache, tokenFileName({ name: 'acme', startUrl: START_URL }));
  const token = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, string>;
  return {
    ...here,
    home,
    cache,
    endpoint,
    env,
    opened: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []),
    file,
    token,
    change: (more) => writeFileSync(file(), JSON.stringify({ ...token(), ...more })),
    async calls(operation) {
      const { value } = await here.json('sandbox', 'calls');
      const calls = value['calls'] as { operation: string; count: number }[];
      return calls.filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count, 0);
    },
    async leave() {
      serving.child.kill('SIGTERM');
      await serving.done;
      here.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What is left beside the files that belong there. */
export const leftovers = (cache: string): string[] => readdirSync(cache).filter((name) => !name.endsWith('.json'));
