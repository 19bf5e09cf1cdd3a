/** A listener on 127.0.0.1 for a browser that comes back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  readonly port: number;
  close(): void;
}

export type LoopbackAnswer = (target: string) => { readonly status: number; readonly text: string };

/** @param answer for the path and query of a GET: a status, and the sentence that the page shows */
export function listenOnLoopback(answer: LoopbackAnswer): Promise<Loopback> {
  const server = createServer((request, response) => {
    const { status, text } = request.method === 'GET' ? answer(request.url ?? '/') : { status: 405, text: 'Only GET.' };
    const body = `<!doctype html><meta charset="utf-8"><title>baf</title><p>${text}</p>\n`;
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      // The address of this page has the code in it: it is neither kept nor passed on.
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    });
    response.end(body);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        // What was answered just now still leaves.
        close() {
          server.close();
          server.closeIdleConnections();
        },
      }),
    );
  });
}
