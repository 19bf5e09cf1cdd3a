/** Secrets and parameters that a task is given at its start: missing, refused, or out of reach. */
import { pattern, type Family } from './pattern.js';

const read = /unable to (pull|retrieve) secrets?|failed to fetch secret|retrieve secrets? from (asm|ssm)/i;
const and = (more: RegExp): RegExp =>
  new RegExp(`^(?=[^]*(?:${read.source}))(?![^]*ecr registry auth)[^]*(?:${more.source})`, 'i');

export const secrets: Family = {
  name: 'secrets',
  patterns: [
    pattern(
      'SecretKeyMissing',
      'failure',
      /did not contain json key/i,
      'Add that key to the secret, or name one that is in it under `secrets` in baf.yaml.',
    ),
    pattern(
      'SecretMissing',
      'failure',
      and(/ResourceNotFoundException|can't find the specified secret|ParameterNotFound|invalid ssm parameters/),
      'Create the secret or parameter in the account and region of this target, or correct its name in baf.yaml.',
    ),
    pattern(
      'SecretKeyDenied',
      'failure',
      and(/Access to KMS is not allowed|kms:Decrypt|KMSAccessDenied/),
      'The secret is encrypted with a key of its own. Ask the platform team to allow kms:Decrypt on it to the execution role.',
    ),
    pattern(
      'SecretDenied',
      'failure',
      and(/AccessDenied|not authorized to perform/),
      "Ask the platform team to let the service's execution role (not its task role) read this secret or parameter, and decrypt it.",
    ),
    pattern(
      'SecretUnreachable',
      'failure',
      and(/context deadline exceeded|RequestCanceled|i\/o timeout|dial tcp|no such host/),
      'The task has no way to Secrets Manager or SSM from its subnets. Ask the platform team for a NAT gateway or VPC endpoints there, with a security group that lets the tasks in.',
    ),
    pattern(
      'SecretNotRead',
      'failure',
      and(/retrieve secrets? from|failed to fetch secret|execution resource retrieval failed/),
      'Check that each secret of the service is in the account and region of this target, under exactly that name, and that the execution role may read it.',
    ),
  ],
};
