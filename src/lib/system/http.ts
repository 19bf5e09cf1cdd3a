/** One GET with a bearer token, with Node's own client: fetch costs a start its milliseconds. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

const TIMEOUT_MS = 10_000;

/** Rejects where there is no whole answer; the token goes nowhere else, because redirects are not followed. */
export function getWithBearer(url: string, bearer: string): Promise<{ status: number; body: string }> {
  const send = url.startsWith('http://') ? overHttp : overHttps;
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      { method: 'GET', timeout: TIMEOUT_MS, headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (body += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}
