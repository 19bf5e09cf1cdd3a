/** Who a person is, by what AWS says of their credentials. */

/**
 * The name in the ARN that STS gives for a caller: of a session its name (of single sign-on: the user name, which AWS sets), of
 * a user theirs; null where it names nobody (root).
 */
export function personOf(arn: string): string | null {
  const [, , , , , resource = ''] = arn.split(':');
  const [kind, ...path] = resource.split('/');
  if (kind === 'assumed-role') return path[1] ?? null;
  if (kind === 'user' || kind === 'federated-user') return path.at(-1) ?? null;
  return null;
}

/** The user that the sandbox takes everyone for who has not logged in. */
export const isSandboxUser = (arn: string): boolean => /^arn:aws:iam::\d{12}:user\/sandbox$/.test(arn);

interface CiRules {
  readonly provider: 'auto' | 'github' | 'gitlab' | 'file' | 'none';
  readonly tokenVariable: string;
}

/** Whether this is a pipeline that proves itself by a token of its own (web identity), and so no person. */
export function isPipeline({ provider, tokenVariable }: CiRules, env: Readonly<Record<string, string | undefined>>): boolean {
  const found = {
    github: Boolean(env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']),
    gitlab: Boolean(env['GITLAB_CI'] && env[tokenVariable]),
    file: Boolean(env['AWS_WEB_IDENTITY_TOKEN_FILE']),
  };
  if (provider === 'none') return false;
  return provider === 'auto' ? found.github || found.gitlab || found.file : found[provider];
}
