/** What to do about a refusal: another login where the session itself is refused, else a right that somebody has to grant. */

/** The session is not taken at all, whatever it asks for. */
const SESSION = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
]);
/** It may not do this. EC2 says it in its own way. */
const RIGHT = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

export const isDenial = (code: string): boolean => SESSION.has(code) || RIGHT.has(code);

/** @param message as AWS gave it: names who, the action and mostly the resource, and which kind of policy stood against it */
export function adviceOfDenial(code: string, message: string): string[] {
  if (SESSION.has(code))
    return [
      'Check your AWS login (environment variables, profile or SSO session).',
      'Check that the role of the platform file may be assumed there.',
    ];
  const [, who, action, resource] =
    /User: (\S+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: "?([^\s"]+)"?)?/.exec(message) ?? [];
  if (who === undefined || action === undefined)
    return [
      'Ask those who look after the account for the right to it (docs/policies has what baf needs), or baf whoami: who you are there.',
    ];
  const right = `${action}${resource === undefined || resource === '*' ? '' : ` on ${resource}`}`;
  const barrier = /with an explicit deny in (an? [\w -]+?)(?:[.:]|$)/.exec(message)?.[1];
  if (barrier !== undefined)
    return [`It is ${barrier} that denies ${right}: no grant helps, those who look after it have to lift that.`];
  if (/no service control policy allows/.test(message))
    return [`The organization's service control policies have to allow ${right}: ask those who look after them.`];
  if (/no permissions boundary allows/.test(message))
    return [`The permissions boundary of ${nameOf(who)} has to allow ${right}, as its policy does.`];
  return [
    `Missing for ${nameOf(who)}: ${right}. Those who look after the account grant it (docs/policies/baf-deploy.json has what deploys need, and beside it is what other commands need).`,
  ];
}

/** `the role baf-deploy of 111111111111`. */
function nameOf(arn: string): string {
  const [, account, kind, name] = /^arn:[\w-]+:(?:sts|iam)::(\d{12}):(assumed-role|user|role)\/(.+)$/.exec(arn) ?? [];
  if (account === undefined || kind === undefined || name === undefined) return arn;
  const bare = kind === 'assumed-role' ? name.split('/')[0]! : name;
  return `the ${kind === 'user' ? 'user' : 'role'} ${bare} of ${account}`;
}
