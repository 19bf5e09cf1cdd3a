/** More requests than there are places: they wait in order, before any time-out runs. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlaces, withPlaces } from '../../../src/lib/aws/places.js';

interface Asked {
  readonly host: string;
  answer(): void;
}

/** A handler whose answers the test gives. */
function handlerOf(asked: Asked[]) {
  return {
    handle: (request: { hostname: string }, options?: { abortSignal?: AbortSignal }) =>
      new Promise((resolve, reject) => {
        if (options?.abortSignal?.aborted) return reject(new Error('aborted by its owner'));
        asked.push({ host: request.hostname, answer: () => resolve(request.hostname) });
      }),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many to one host, and the others follow in order as places get free', async () => {
  const asked: Asked[] = [];
  const handler = withPlaces(handlerOf(asked) as never, createPlaces(2)) as unknown as ReturnType<typeof handlerOf>;
  const done: number[] = [];
  const calls = [1, 2, 3, 4].map((n) => handler.handle({ hostname: 'ssm' }).then(() => done.push(n)));
  const other = handler.handle({ hostname: 'ecs' });
  await settled();
  expect(asked.map((a) => a.host)).toEqual(['ssm', 'ssm', 'ecs']);
  asked[0]!.answer();
  await settled();
  expect(asked).toHaveLength(4);
  asked.forEach((a) => a.answer());
  await settled();
  asked.forEach((a) => a.answer());
  await Promise.all([...calls, other]);
  expect(done).toEqual([1, 2, 3, 4]);
});

it('lets go of who gives up while waiting, and loses no place by it', async () => {
  const asked: Asked[] = [];
  const handler = withPlaces(handlerOf(asked) as never, createPlaces(1)) as unknown as ReturnType<typeof handlerOf>;
  const first = handler.handle({ hostname: 'ssm' });
  const stop = new AbortController();
  const second = handler.handle({ hostname: 'ssm' }, { abortSignal: stop.signal });
  const third = handler.handle({ hostname: 'ssm' });
  stop.abort();
  await expect(second).rejects.toThrow('aborted by its owner');
  await settled();
  asked[0]!.answer();
  await first;
  await settled();
  expect(asked).toHaveLength(2);
  asked[1]!.answer();
  await expect(third).resolves.toBe('ssm');
});

let server: ReturnType<typeof createServer>;
let most = 0;
beforeAll(async () => {
  let inside = 0;
  server = createServer((_, response) => {
    most = Math.max(most, ++inside);
    setImmediate(() => {
      inside--;
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end('{"Parameters":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

it('is what the clients are made with: a thousand calls are answered, with the sockets that they need', async () => {
  const { createTransport } = await import('../../../src/lib/aws/transport.js');
  const { GetParametersCommand, SSMClient } = await import('../../../src/lib/aws/sdk/ssm.js');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SSMClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    ...(await createTransport(endpoint)()),
  } as never);
  const answers = await Promise.all(Array.from({ length: 1000 }, () => client.send(new GetParametersCommand({ Names: ['/a'] }))));
  expect(answers.every((a) => a.Parameters?.length === 0)).toBe(true);
  expect(most).toBeLessThanOrEqual(260);
  client.destroy();
});
