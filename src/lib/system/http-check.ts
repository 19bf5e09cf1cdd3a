/** One GET of a host: at the address that DNS gives, or at another one, with the host's own name and certificate. */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { HttpCheck } from '../engine/effects.js';
import { NoAnswer, type HttpAnswer } from '../rollout/smoke.js';

/** As much of a body as is looked at. */
const MOST_BYTES = 1024 * 1024;
const LONGEST_TEXT = 200;

/** @param base address that is asked instead, with the host's name, e.g. `http://127.0.0.1:8080`; null: the host itself */
export function httpCheck(check: HttpCheck, base: string | null): Promise<HttpAnswer> {
  const url = new URL(`${base ?? `https://${check.host}`}${check.path}`);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, {
      method: 'GET',
      headers: { host: check.host, 'user-agent': 'baf', connection: 'close' },
      signal: check.signal,
      agent: false,
      ...(base === null ? { lookup: lookupWith(check.address) } : {}),
    });
    // A timer of its own: a signal of AbortSignal.timeout that is only followed by another one is lost to the garbage collector.
    const timer = setTimeout(() => request.destroy(new NoAnswer('LATE')), check.timeoutMs);
    request.on('close', () => clearTimeout(timer));
    // Once there is a status, an answer that breaks off or goes on for too long is still an answer.
    let stop = (error: Error): void => reject(noAnswer(error, check));
    request.on('error', (error) => stop(error));
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      const { statusCode: status = 0, headers } = response;
      const location = status >= 300 && status < 400 ? headers.location?.slice(0, LONGEST_TEXT) : undefined;
      const done = (cut?: HttpAnswer['cut']): void => {
        const body = Buffer.concat(parts).toString('utf8');
        resolve({ status, body, ...(location ? { location } : {}), ...(cut ? { cut } : {}) });
      };
      stop = (error) => (check.signal.aborted ? reject(noAnswer(error, check)) : done(isLate(error) ? 'late' : 'broken'));
      response.on('data', (part: Buffer) => {
        const room = MOST_BYTES - size;
        parts.push(part.subarray(0, room));
        size += part.length;
        if (part.length < room) return;
        done('long');
        response.destroy();
      });
      response.on('end', () => done());
      response.on('error', (error) => stop(error));
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

function noAnswer(error: NodeJS.ErrnoException, { signal }: HttpCheck): NoAnswer {
  if (signal.aborted) return new NoAnswer('interrupted');
  if (isLate(error)) return new NoAnswer('LATE');
  const code = error.code ?? error.message;
  // Which names a certificate has says more than that it has not this one.
  const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname?.slice(0, LONGEST_TEXT);
  return new NoAnswer(code, code === 'ERR_TLS_CERT_ALTNAME_INVALID' && names ? `${names}; ${code}` : code);
}

const isLate = (error: Error): boolean => error instanceof NoAnswer && error.code === 'LATE';
