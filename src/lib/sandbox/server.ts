/** The embedded AWS over HTTP: AWS requests at `/`, baf's own questions under `/_baf/`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alive } from './alive.js';
import { dispatch, type Broken, type Sandbox } from './dispatch.js';
import { answerQuestion } from './questions.js';
import { ssoPage } from './services/sso/pages.js';
import type { WireAnswer } from './wire/wire.js';

export interface Health {
  readonly nonce: string;
  readonly pid: number;
  /** Sandbox time. */
  readonly now: number;
  readonly speed: number;
}

export interface Serving {
  readonly endpoint: string;
  readonly nonce: string;
  /** Process ids of other baf commands that use this server. */
  guests(): number[];
  close(): Promise<void>;
}

/** @param latencyMs milliseconds from a request to its answer, what is done in between included: half before, half after */
export async function serve(sandbox: Sandbox, port: number, latencyMs = 0): Promise<Serving> {
  const nonce = randomUUID();
  const guests = new Set<number>();
  const health = (): Health => ({ nonce, pid: process.pid, now: sandbox.clock.now(), speed: sandbox.clock.speed });
  const server = createServer((request, response) => {
    answer(request).then(
      (made) => {
        if (made === 'reset') request.socket.destroy();
        else if (made !== 'hang') send(response, made);
      },
      (error: unknown) => send(response, internal(error)),
    );
  });
  const asked = async (name: string, body: string): Promise<object | null> => {
    switch (name) {
      case 'health':
        return health();
      case 'attach':
        guests.add(Number(body));
        return health();
      case 'detach':
        guests.delete(Number(body));
        return {};
      default:
        return answerQuestion(sandbox, name, body);
    }
  };
  // As long as AWS's: hundreds of idle connections that a stalled server closes at once look like an outage to a client.
  server.keepAliveTimeout = 60_000;
  const answer = async (request: IncomingMessage): Promise<WireAnswer | Broken> => {
    const body = await read(request);
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const page = ssoPage(sandbox.world, sandbox.clock.now(), request.method ?? 'GET', path, new URLSearchParams(query));
    if (page) {
      sandbox.store.mark(sandbox.world.touched());
      await sandbox.store.keep(sandbox.clock.now(), 'now');
      return page;
    }
    if (path.startsWith('/_baf/')) {
      const told = await asked(path.slice('/_baf/'.length), body.toString('utf8'));
      return told === null ? json({ error: `no ${path} here` }, 404) : json(told);
    }
    const arrived = performance.now();
    await until(arrived + latencyMs / 2);
    const requestId = randomUUID();
    const { method = 'GET', headers } = request;
    const made = await dispatch(
      sandbox,
      { method, path, query: new URLSearchParams(query), headers: flat(headers), body },
      requestId,
    );
    await until(arrived + latencyMs);
    if (made === 'reset' || made === 'hang') return made;
    return {
      ...made,
      headers: {
        'x-amzn-requestid': requestId,
        'x-amz-request-id': requestId,
        date: new Date(Date.now() + sandbox.store.state.faults.skewMs).toUTCString(),
        ...made.headers,
      },
    };
  };
  await listen(server, port);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nonce,
    guests: () => [...guests].filter(alive),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const json = (value: object, status = 200): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** A bug of the sandbox's own: never dressed up as an answer of AWS's that clients would retry for minutes. */
const internal = (error: unknown): WireAnswer =>
  json({ __type: 'SandboxBug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 501);

function send(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  // A HEAD request's content-length is that of what it did not get.
  const length = headers['content-length'] ?? Buffer.byteLength(body);
  response.writeHead(status, { ...headers, ...(status === 204 || status === 304 ? {} : { 'content-length': length }) });
  response.end(body);
}

/** @param time as `performance.now()` tells it */
async function until(time: number): Promise<void> {
  const ms = time - performance.now();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const flat = (headers: IncomingMessage['headers']): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(',') : value]));

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
