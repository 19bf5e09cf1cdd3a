/** Who a person is, by what AWS says of their credentials. */

/** Of the SDKs, the aws command line, instances and those who take the time. */
const MADE_UP = /^(aws-sdk-|botocore-session-|aws-cli-|i-[0-9a-f]{8,17}$|\d+$)/i;

/**
 * The name in the ARN that STS gives for a caller: of a session its name (of single sign-on: the user name, which AWS sets), of
 * a user theirs; null where it names nobody: root, or a session whose name a tool made up.
 */
export function personOf(arn: string): string | null {
  const [, , , , , resource = ''] = arn.split(':');
  const [kind, ...path] = resource.split('/');
  if (kind === 'assumed-role') return path[1] && !MADE_UP.test(path[1]) ? path[1] : null;
  if (kind === 'user' || kind === 'federated-user') return path.at(-1) ?? null;
  return null;
}

/** The user that the sandbox takes everyone for who has not logged in. */
export const isSandboxUser = (arn: string): boolean => /^arn:aws:iam::\d{12}:user\/sandbox$/.test(arn);
