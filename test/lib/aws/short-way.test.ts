/** Reads past the SDK's layers: as the SDK makes them, and as the SDK ends them. */
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClients } from '../../../src/lib/aws/clients.js';
import { sendRead, withShortWay, type ShortClient } from '../../../src/lib/aws/short-way.js';
import { sessionOptions } from '../identity/session-options.js';
import { served, type Served } from '../sandbox/served.js';

type Answer = () => HttpResponse;
const answer = (statusCode: number, body: string | Readable, headers: Record<string, string> = {}): Answer => {
  const sent = { 'content-type': 'application/x-amz-json-1.1', ...headers };
  return () =>
    new HttpResponse({ statusCode, headers: sent, body: typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body });
};
const GOOD = answer(200, '{"Parameters":[{"Name":"/a","Value":"1","LastModifiedDate":1763740000.5}],"InvalidParameters":[]}');
const refusal = (code: string, status = 400, headers = {}): Answer =>
  answer(status, JSON.stringify({ __type: code, message: `said of ${code}` }), headers);

/** A client whose first read was answered, and whose further requests get these answers, then good ones. */
async function asked(answers: readonly Answer[], short: boolean) {
  const requests: HttpRequest[] = [];
  const waiting: Answer[] = [GOOD, ...answers];
  const bare = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HttpRequest) {
      requests.push(request);
      return { response: (waiting.shift() ?? GOOD)() };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
  };
  const client = new SSMClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    requestHandler: (short ? withShortWay(bare as never) : bare) as never,
    retryStrategy: new ConfiguredRetryStrategy(4, () => 0),
  });
  const read = (...Names: string[]) =>
    sendRead(client as unknown as ShortClient, GetParametersCommand, { Names }, (json) => {
      const { Parameters } = json as { Parameters: { LastModifiedDate: unknown }[] };
      for (const one of Parameters) one.LastModifiedDate = new Date((one.LastModifiedDate as number) * 1000);
      return json;
    }).then(
      (page) => ({ value: (page as { Parameters?: unknown }).Parameters }),
      ({ name, message, $fault, $metadata }: Error & { $fault?: string; $metadata?: { attempts?: number } }) => ({
        error: { name, message, $fault, attempts: $metadata?.attempts },
      }),
    );
  await read('/first');
  const end = await read('/a', '/ü');
  return { requests: requests.slice(1), first: requests[0]!, end };
}

const bodyOf = ({ body }: Pick<HttpRequest, 'body'>): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);

/** The signature as AWS computes it from what arrives. */
function signatureOf({ headers, body }: HttpRequest, secret: string): string {
  const [, day, region, service, names] = /Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+)/.exec(
    headers['authorization']!,
  )!;
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  const lines = names!.split(';').map((name) => `${name}:${lower[name]}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha(bodyOf({ body }))}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>((k, part) => createHmac('sha256', k).update(part).digest(), `AWS4${secret}`);
  return createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${lower['x-amz-date']}\n${scope}\n${sha(canonical)}`)
    .digest('hex');
}

describe('a read that goes the short way', () => {
  it('is the request that the SDK would make, signed for what it says', async () => {
    const [short, whole] = await Promise.all([asked([], true), asked([], false)]);
    const [ours, theirs] = [short.requests[0]!, whole.requests[0]!];
    expect(short.end).toEqual(whole.end);
    expect(bodyOf(ours)).toBe(bodyOf(theirs));
    const own = ['authorization', 'x-amz-date', 'amz-sdk-invocation-id'];
    const comparable = ({ headers }: HttpRequest) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name.toLowerCase())));
    expect(comparable(ours)).toEqual(comparable(theirs));
    expect(Object.keys(ours.headers).sort()).toEqual(Object.keys(theirs.headers).sort());
    expect(ours.headers['amz-sdk-invocation-id']).not.toBe(short.first.headers['amz-sdk-invocation-id']);
    expect([ours.protocol, ours.hostname, ours.path, ours.method]).toEqual([
      theirs.protocol,
      theirs.hostname,
      theirs.path,
      theirs.method,
    ]);
    for (const request of [ours, theirs])
      expect(request.headers['authorization']).toContain(`Signature=${signatureOf(request, 'secret')}`);
  });

  const broken = (): Answer =>
    answer(
      200,
      new Readable({
        read() {
          this.destroy(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
        },
      }),
    );
  const reset: Answer = () => {
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  const slow: Answer = () => {
    throw Object.assign(new Error('too slow'), { name: 'TimeoutError' });
  };
  const hourAgo = new Date(Date.now() - 3_600_000).toUTCString();
  it.each<[string, () => Answer[]]>([
    ['a throttle', () => [refusal('ThrottlingException')]],
    ['throttles without an end', () => Array.from({ length: 9 }, () => refusal('ThrottlingException'))],
    ['a fault of AWS', () => [refusal('InternalServerError', 500)]],
    ['faults of AWS without an end', () => Array.from({ length: 9 }, () => refusal('InternalServerError', 500))],
    ['a denial', () => [refusal('AccessDeniedException')]],
    ['what the service says of the input', () => [refusal('ValidationException')]],
    ['an error that the SDK knows by its class', () => [refusal('InvalidKeyId')]],
    ['a gateway that speaks no JSON', () => [answer(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' })]],
    ['a connection that is reset', () => [reset]],
    ['no answer in time', () => [slow]],
    ['resets without an end', () => Array.from({ length: 9 }, () => reset)],
    ['an answer that breaks off', () => [broken()]],
    ['a clock that is off', () => [refusal('InvalidSignatureException', 403, { date: hourAgo })]],
  ])('ends as the SDK ends it, with as many requests: %s', async (_what, answers) => {
    const [short, whole] = [await asked(answers(), true), await asked(answers(), false)];
    expect(short.end).toEqual(whole.end);
    expect(short.requests.length).toBe(whole.requests.length);
  });
});

describe('a session that AWS ends early', () => {
  const account = '111111111111';
  const target = { name: 'shop/eu-west-1', account: 'shop', accountId: account, region: 'eu-west-1' };
  let sandbox: Served;
  beforeEach(async () => (sandbox = await served([account])));
  afterEach(() => sandbox.close());

  it('is renewed once, also where a read that was under way is refused after that', async () => {
    const { clients } = createClients({
      endpoint: sandbox.endpoint,
      sessions: () => Promise.resolve(sessionOptions({ now: sandbox.clock.now })),
    });
    const waiting: { key: string; end: (made: Answer) => void }[] = [];
    const held = {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: ({ headers }: HttpRequest) =>
        new Promise((resolve) => {
          const key = /Credential=([^/]+)/.exec(headers['authorization']!)![1]!;
          waiting.push({ key, end: (made) => resolve({ response: made() }) });
        }),
    };
    const open = clients(target, (config) =>
      Promise.resolve(new SSMClient({ ...config, requestHandler: withShortWay(held as never) })),
    );
    const read = async () =>
      sendRead((await open()) as unknown as ShortClient, GetParametersCommand, { Names: ['/a'] }, (json) => json);
    const come = async (count: number) => {
      await vi.waitFor(() => expect(waiting.length).toBe(count));
      return waiting.at(-1)!;
    };
    const first = read();
    (await come(1)).end(GOOD);
    await first;
    const [early, late] = [read(), read()];
    await come(3);
    const [, one, other] = waiting;
    expect(one!.key).toBe(other!.key);
    one!.end(refusal('ExpiredTokenException'));
    const renewed = await come(4);
    expect(renewed.key).not.toBe(one!.key);
    renewed.end(GOOD);
    await early;
    other!.end(refusal('ExpiredTokenException'));
    const again = await come(5);
    expect(again.key).toBe(renewed.key);
    again.end(GOOD);
    await late;
  });
});
