/** `baf whoami | credentials | exec-with`: who the user is, and sessions of the platform's roles for other tools. */
import { openApp, type App, type AppFlags } from '../app.js';
import { UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { runProgram } from './run-program.js';
import { findTarget } from './select.js';

interface Done {
  readonly json: object;
  readonly text: string;
}

async function withApp<T>(flags: AppFlags, act: (app: App) => Promise<T>): Promise<T> {
  const app = await openApp(flags);
  try {
    return await act(app);
  } finally {
    await app.close();
  }
}

export const whoAmI = (flags: AppFlags): Promise<Done> =>
  withApp(flags, async (app) => {
    const { account, arn, userId, expiresAt, source, way } = await app.aws.caller();
    const alias = Object.entries(app.platform.accounts).find(([, id]) => id === account)?.[0] ?? null;
    const end = expiresAt ? `until ${expiresAt.toISOString()}` : 'without an end';
    return {
      json: {
        identity: { account, alias, arn, userId, actor: app.actor, expiresAt: expiresAt?.toISOString() ?? null, source, way },
      },
      text: [
        arn,
        `account ${account}${alias ? ` (${alias})` : ''}, ${end}, from ${source}`,
        `roles by ${way}`,
        `baf writes ${app.actor} into what it records`,
      ].join('\n'),
    };
  });

type Format = 'env' | 'json' | 'process';

/** Credentials of the platform's role in a target, as other tools read them. */
export const showCredentials = (flags: AppFlags & { readonly target: string; readonly format: Format }) =>
  withApp(flags, async (app): Promise<Done & { warnings: string[] }> => {
    const target = findTarget(app.platform, flags.target);
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await app.aws.credentials(target.accountId);
    const expiresAt = expiration?.toISOString() ?? null;
    const credentials = { target: target.name, region: target.region, accessKeyId, secretAccessKey, sessionToken, expiresAt };
    const texts: Record<Format, () => string> = {
      env: () =>
        Object.entries(environmentOf(app, target, credentials))
          .map(([name, value]) => `export ${name}=${quoted(value)}`)
          .join('\n'),
      json: () => JSON.stringify(credentials, null, 2),
      process: () =>
        JSON.stringify({
          Version: 1,
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: expiresAt ?? undefined,
        }),
    };
    const warnings =
      app.endpoint && !app.endpoint.stands
        ? ['These are credentials of the sandbox, which is served only while a command runs: `baf sandbox start` serves it on.']
        : [];
    return { json: { credentials }, text: texts[flags.format](), warnings };
  });

/** Runs a command with the credentials of a target in its environment; returns its exit code. */
export const execWith = (place: string, words: readonly string[], flags: AppFlags): Promise<number> => {
  if (words.length === 0)
    throw new UserError('Usage', {
      message: 'There is no command after --.',
      nextSteps: [`e.g. baf exec-with ${place} -- aws ecs list-services --cluster baf`],
    });
  return withApp(flags, async (app) => {
    const target = findTarget(app.platform, place);
    const credentials = await app.aws.credentials(target.accountId);
    const env = { ...process.env, ...environmentOf(app, target, credentials) };
    // A profile in the environment would win over the keys that are given here.
    for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_CREDENTIAL_EXPIRATION']) delete env[name];
    return runProgram(words, env);
  });
};

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const environmentOf = (app: App, target: Target, keys: Keys): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  ...(keys.sessionToken ? { AWS_SESSION_TOKEN: keys.sessionToken } : {}),
  AWS_REGION: target.region,
  AWS_DEFAULT_REGION: target.region,
  ...(app.endpoint ? { AWS_ENDPOINT_URL: app.endpoint.url } : {}),
});

/** For a POSIX shell. */
const quoted = (value: string): string => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
