/** One GET of a host: at the address that DNS gives, or at another one, with the host's own name and certificate. */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { HttpCheck } from '../engine/effects.js';
import type { HttpAnswer } from '../rollout/hooks.js';

/** As much of a body as is looked at. */
const MOST_BYTES = 1024 * 1024;
const LONGEST_LOCATION = 200;

/** @param base address that is asked instead, with the host's name, e.g. `http://127.0.0.1:8080`; null: the host itself */
export function httpCheck(check: HttpCheck, base: string | null): Promise<HttpAnswer> {
  const url = new URL(`${base ?? `https://${check.host}`}${check.path}`);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, {
      method: 'GET',
      headers: { host: check.host, 'user-agent': 'baf', connection: 'close' },
      signal: AbortSignal.any([check.signal, AbortSignal.timeout(check.timeoutMs)]),
      agent: false,
      ...(base === null ? { lookup: lookupWith(check.address) } : {}),
    });
    const fail = (error: Error): void => reject(new Error(`gave no answer (${reasonOf(error, check)})`));
    request.on('error', fail);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      const { statusCode: status = 0, headers } = response;
      const location = status >= 300 && status < 400 ? headers.location?.slice(0, LONGEST_LOCATION) : undefined;
      const done = (): void =>
        resolve({ status, body: Buffer.concat(parts).toString('utf8'), ...(location ? { location } : {}) });
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size < MOST_BYTES) return;
        done();
        response.destroy();
      });
      response.on('end', done);
      response.on('error', fail);
    });
    request.end();
  });
}

/** A name that DNS does not know yet is taken to be where the other one is. */
export const lookupWith =
  (address: () => Promise<string | null>, lookup: typeof dnsLookup = dnsLookup): LookupFunction =>
  (hostname, options, callback) => {
    // Node asks for one address or for all; both come back in the same way.
    const answer = callback as (error: NodeJS.ErrnoException | null, found?: string | LookupAddress[], family?: number) => void;
    lookup(hostname, options, (error, found, family) => {
      if (error?.code !== 'ENOTFOUND' && error?.code !== 'ENODATA')
        return answer(error, found as string | LookupAddress[], family as number | undefined);
      address().then(
        (other) =>
          other === null
            ? answer(error)
            : lookup(other, options, (failed, at, of) =>
                answer(failed, at as string | LookupAddress[], of as number | undefined),
              ),
        () => answer(error),
      );
    });
  };

function reasonOf(error: NodeJS.ErrnoException, { signal, timeoutMs }: HttpCheck): string {
  if (signal.aborted) return 'interrupted';
  const late =
    error.name === 'TimeoutError' || (error.cause as Error | undefined)?.name === 'TimeoutError' || error.name === 'AbortError';
  return late ? `within ${timeoutMs / 1000} s` : (error.code ?? error.message);
}
