/** One POST of JSON to an address that is a secret: no message tells it. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { NoticeUnsent } from '../engine/notices.js';

/** As much of a refusal as is told. */
const LONGEST = 100;

/** @throws NoticeUnsent where it was not taken; redirects are not followed */
export function postJson(address: URL, body: object, signal: AbortSignal): Promise<void> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = (address.protocol === 'http:' ? overHttp : overHttps)(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        'user-agent': 'baf',
        connection: 'close',
      },
      agent: false,
      signal,
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(new NoticeUnsent(`no answer (${error.code ?? error.name})`, true)),
    );
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let said = '';
      response.setEncoding('utf8').on('data', (part: string) => (said += said.length < LONGEST ? part : ''));
      response.on('error', () => reject(new NoticeUnsent('the answer broke off', true)));
      response.on('end', () => {
        if (status >= 200 && status < 300) return resolve();
        const because = said.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
        reject(new NoticeUnsent(`it answered ${status}${because ? `: ${because}` : ''}`, status >= 500 || status === 429));
      });
    });
    request.end(text);
  });
}
