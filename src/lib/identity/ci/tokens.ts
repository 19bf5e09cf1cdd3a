/** Tokens of pipelines, as fresh as the system gives them. None is ever printed. */
import { ExitCode, UserError } from '../../errors/user-error.js';
import { keepSecret } from '../../redaction/secrets.js';
import type { TokenSource } from '../way.js';

export interface TokenEdge {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A GET with a bearer token; rejects where there is no answer. */
  readonly get: (url: string, bearer: string) => Promise<{ status: number; body: string }>;
  readonly readFile: (path: string) => Promise<string>;
  readonly sleep: (ms: number) => Promise<void>;
}

const TRIES = 4;

/** A token for one assume: minted anew (GitHub), read anew (file), or the one there is (GitLab). */
export async function readToken(source: TokenSource, edge: TokenEdge): Promise<string> {
  const token = await fetchToken(source, edge);
  keepSecret(token);
  return token;
}

async function fetchToken(source: TokenSource, edge: TokenEdge): Promise<string> {
  switch (source.kind) {
    case 'github':
      return mintGithub(source.audience, edge);
    case 'gitlab': {
      const token = edge.env[source.variable]?.trim();
      if (!token) throw unfit(`${source.variable} is empty.`, `Add to the job: id_tokens: { ${source.variable}: { aud: ... } }`);
      return token;
    }
    case 'file': {
      const text = await edge.readFile(source.path).catch((error: NodeJS.ErrnoException) => {
        throw unfit(
          `The token file ${source.path} cannot be read: ${error.code ?? error.message}.`,
          'AWS_WEB_IDENTITY_TOKEN_FILE names it.',
        );
      });
      if (text.trim() === '') throw unfit(`The token file ${source.path} is empty.`, 'AWS_WEB_IDENTITY_TOKEN_FILE names it.');
      return text.trim();
    }
  }
}

async function mintGithub(audience: string, { env, get, sleep }: TokenEdge): Promise<string> {
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '');
  url.searchParams.set('audience', audience);
  for (let attempt = 1; ; attempt++) {
    const answer = await get(url.href, env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '').catch((error: Error) => ({
      status: 0,
      body: error.message,
    }));
    const token = answer.status === 200 ? tokenIn(answer.body) : null;
    if (token) return token;
    const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!passing || attempt === TRIES) throw refusedByGithub(answer.status, audience);
    await sleep(200 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
  }
}

function tokenIn(body: string): string | null {
  try {
    const { value } = JSON.parse(body) as { value?: unknown };
    return typeof value === 'string' && value !== '' ? value : null;
  } catch {
    return null;
  }
}

const unfit = (message: string, ...nextSteps: string[]): UserError =>
  new UserError('IdTokenMissing', { message, nextSteps, exitCode: ExitCode.denied });

const refusedByGithub = (status: number, audience: string): UserError =>
  new UserError('IdTokenRefused', {
    message: `GitHub gave no identity token for the audience ${audience}: ${status === 0 ? 'no answer' : `HTTP ${status}`}.`,
    nextSteps: [
      status === 401 || status === 403
        ? 'Check that the job has permissions: { id-token: write }, and that it still runs: its request token ends with it.'
        : 'Run the job again; githubstatus.com tells of outages.',
    ],
    exitCode: ExitCode.denied,
  });

/** What a token says of itself, for error messages: who issued it, for whom, about whom. Null where it is no JWT. */
export function claimsOf(token: string): { iss: string; aud: string; sub: string } | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
    const text = (name: string): string => [claims[name]].flat().map(String).join(' ');
    return { iss: text('iss'), aud: text('aud'), sub: text('sub') };
  } catch {
    return null;
  }
}
