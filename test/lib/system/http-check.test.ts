/** One GET against servers that answer badly, or not at all. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeAnswer, NoAnswer } from '../../../src/lib/rollout/smoke.js';
import type { HttpHook } from '../../../src/lib/model/hooks.js';
import { httpCheck } from '../../../src/lib/system/http-check.js';

const MEBIBYTE = 1024 * 1024;
const answers: Record<string, RequestListener> = {
  '/health': (_request, response) => response.end('all ok'),
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/endless': (_request, response) => response.writeHead(200).write('and on'),
  '/huge': (_request, response) => response.end(Buffer.alloc(3 * MEBIBYTE, 'y')),
  '/broken': (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  },
  '/reset': (request) => request.socket.destroy(),
  '/silent': () => undefined,
};

let web: Server;
let ssh: Server;
const listen = async (server: Server): Promise<Server> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
};
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
beforeAll(async () => {
  web = await listen(createServer((request, response) => answers[request.url!]!(request, response)));
  ssh = await listen(createTcp((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n')));
});
afterAll(() => {
  (web as ReturnType<typeof createServer>).closeAllConnections();
  web.close();
  ssh.close();
});

const get = (path: string, base = `http://127.0.0.1:${portOf(web)}`, timeoutMs = 60_000, signal = new AbortController().signal) =>
  httpCheck({ host: 'ui.example', path, timeoutMs, signal, address: async () => null }, base).catch((error: unknown) => error);

it('gives what a good one answers, and where a redirect leads', async () => {
  expect(await get('/health')).toEqual({ status: 200, body: 'all ok' });
  expect(await get('/loop')).toEqual({ status: 302, body: '', location: '/loop' });
});

it('reads so much of a body that has no end, and no longer than it may', async () => {
  expect(await get('/huge')).toEqual({ status: 200, body: 'y'.repeat(MEBIBYTE), cut: 'long' });
  expect(await get('/endless', undefined, 1_500)).toEqual({ status: 200, body: 'and on', cut: 'late' });
  expect(await get('/broken')).toEqual({ status: 200, body: 'half', cut: 'broken' });
});

it('tells apart why there is no answer', async () => {
  const closed = await listen(createTcp());
  const port = portOf(closed);
  await new Promise((done) => closed.close(done));
  const hook = { status: 200, contains: null, timeoutMs: 50 } as HttpHook;
  for (const [error, code, says] of [
    [await get('/silent', undefined, 50), 'LATE', /within 0.05 s/],
    [await get('/reset'), 'ECONNRESET', /closed before an answer/],
    [await get('/health', `http://127.0.0.1:${port}`), 'ECONNREFUSED', /refused/],
    [await get('/health', `https://127.0.0.1:${portOf(web)}`), 'EPROTO', /no TLS/],
    [await get('/health', `http://127.0.0.1:${portOf(ssh)}`), 'HPE_INVALID_CONSTANT', /not HTTP/],
    [await get('/silent', undefined, 50, AbortSignal.abort()), 'interrupted', /interrupted/],
  ] as const) {
    expect(error).toBeInstanceOf(NoAnswer);
    expect((error as NoAnswer).code).toBe(code);
    expect(judgeAnswer(hook, error as NoAnswer)!.what).toMatch(says);
  }
});
