/** Asks a running sandbox one of baf's own questions; node:http, because loading fetch costs a start its milliseconds. */
import { request } from 'node:http';

export function ask(endpoint: string, path: string, body = '', timeoutMs = 2000): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${endpoint}/_baf/${path}`,
      { method: 'POST', agent: false, timeout: timeoutMs, headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('the sandbox does not answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}
