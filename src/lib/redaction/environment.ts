/** The secrets among the variables of the environment: by their names, and by their look. */

const SECRET_NAMES =
  /(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|JWT|API_?KEY|PRIVATE_KEY|ACCESS_KEY|SECURITY_TOKEN)(_|$)/i;
/** What is about a secret without being one: where it is, what it is called, until when it lasts. */
const ABOUT =
  /_(URL|URI|FILE|PATH|DIR|NAME|ID|EXPIRATION|EXPIRES|TYPE|REGION|HOST|PORT|VERSION|ENABLED|DISABLED|TTL|COUNT|LIMIT)$/i;
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;
/** Of variables with a name of the user's own: a shorter value is likely a word. */
const LONG = 16;
const WELL_KNOWN = new Set([
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GITLAB_TOKEN',
  'CI_JOB_TOKEN',
  'CI_JOB_JWT',
  'CI_JOB_JWT_V2',
  'CI_REGISTRY_PASSWORD',
  'CI_DEPLOY_PASSWORD',
]);

/** Whether a variable is called like a secret, and not like something about one. */
export const looksSecret = (name: string): boolean => SECRET_NAMES.test(name) && !ABOUT.test(name);

export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!value) continue;
    const named = looksSecret(name) && value.length >= LONG && !value.startsWith('/');
    const key = name === 'AWS_ACCESS_KEY_ID' && /^A[KS]IA[A-Z0-9]{12,}$/.test(value);
    if (WELL_KNOWN.has(name) || named || key || JWT.test(value)) found.push(value);
  }
  return found;
}
