/** AWS's time: from the `Date` of an answer of STS. A refusal has one too, so it needs no credentials, and no right clock. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

const TIMEOUT_MS = 5_000;
/** GetCallerIdentity without a signature: refused at once, and nothing is done. */
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

export interface Measured {
  /** How far this computer's clock is ahead of the server's; negative where it is behind. Half a second is not to be told. */
  readonly aheadMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Where STS is: the endpoint given, the one that the environment names, or AWS's own of the region. */
export const stsEndpoint = (endpoint: string | null, region: string, env: Env): string =>
  endpoint ||
  env['AWS_ENDPOINT_URL_STS'] ||
  env['AWS_ENDPOINT_URL'] ||
  `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** Throws the error of the connection, or one that says that the answer had no date. */
export function measureClock(endpoint: string, now: () => number = Date.now): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const url = new URL('/', endpoint);
    const begun = now();
    const sent = (url.protocol === 'http:' ? plain : secure)(
      url,
      {
        method: 'POST',
        timeout: TIMEOUT_MS,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(BODY) },
      },
      (answer) => {
        answer.resume();
        const date = Date.parse(answer.headers.date ?? '');
        if (Number.isNaN(date)) return reject(new Error(`${url.host} answers without a date`));
        // The header is cut to seconds, and the answer was half the way ago.
        resolve({ aheadMs: Math.round((begun + now()) / 2 - (date + 500)) });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`)));
    sent.on('error', reject);
    sent.end(BODY);
  });
}
