/** What may be kept, and under which keys: told before anything is written. */
import { UserError } from '../errors/user-error.js';
import { ENDS_LIKE_ARN, KEY, KEY_RULE, type StoreName } from './names.js';

/** Of a standard parameter, in bytes; of a secret in Secrets Manager. */
const MOST: Readonly<Record<StoreName, number>> = { ssm: 4096, secretsmanager: 65_536 };

/** @param secret what is wrong in the key may be a part of the value (`KEY=VALUE`): it is not repeated. */
export function checkKey(key: string, { secret, store = 'ssm' }: { secret: boolean; store?: StoreName }): string {
  if (!KEY.test(key))
    throw new UserError('KeyInvalid', {
      message: secret ? 'That is no key of a secret.' : `${JSON.stringify(key)} is no key.`,
      nextSteps: [
        ...(!secret && key.includes('=') ? [`Write the value after a blank: ${key.replace('=', ' ')}`] : []),
        `${KEY_RULE[0]!.toUpperCase()}${KEY_RULE.slice(1)}: log-level, LOG_LEVEL`,
      ],
    });
  if (store === 'secretsmanager' && ENDS_LIKE_ARN.test(key))
    throw new UserError('KeyInvalid', {
      message: `${key} ends with - and six characters, as ARNs of Secrets Manager do: it could not be told from one.`,
      nextSteps: [`Call it ${key.replace(/-(?=[^-]*$)/, '_')}.`],
    });
  return key;
}

/** Messages never have the value. `what` names it: `log-level of ui`. */
export function checkValue(value: string, what: string, store: StoreName = 'ssm'): string {
  const bytes = new TextEncoder().encode(value).length;
  const refuse = (why: string, ...nextSteps: string[]): never => {
    throw new UserError('ValueInvalid', { message: `The value of ${what} ${why}`, nextSteps });
  };
  if (value === '')
    refuse('is empty, and no store keeps empty values.', 'Leave it out of baf.yaml instead, or write a word for it.');
  if (bytes > MOST[store])
    refuse(
      `has ${bytes} bytes; at most ${MOST[store]} are kept.`,
      store === 'ssm'
        ? 'Keep secrets of that size in Secrets Manager (--store secretsmanager, 64 KB), and files in S3 with their address as the setting.'
        : 'Keep it as a file in S3, and its address as the setting.',
    );
  if (store === 'ssm' && value.includes('{{'))
    refuse(
      'has {{ in it: Parameter Store takes that for a reference to another parameter, and AWS refuses it.',
      'Write it without {{, encode it (base64), or keep it in Secrets Manager (secrets, --store secretsmanager).',
    );
  if (value.includes('\u0000')) refuse('has a NUL character, which no environment variable can have.', 'Encode it (base64).');
  return value;
}
