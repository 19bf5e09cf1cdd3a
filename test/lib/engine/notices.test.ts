/** Notices that are slow, refused or cut off: one more attempt, a warning, and nobody waits. The test moves the clock. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createNotices, NoticeUnsent, type NoticeReceiver } from '../../../src/lib/engine/notices.js';
import type { Clock } from '../../../src/lib/model/clock.js';
import type { NoticeMoment } from '../../../src/lib/model/notice.js';
import { noticeOf } from '../../../src/lib/notices/follow.js';
import { hideSecrets, keepSecret } from '../../../src/lib/redaction/secrets.js';
import { postJson } from '../../../src/lib/system/webhook.js';
import { record, T0 } from '../records/scene.js';

const notice = (moment: NoticeMoment = 'start', by = 'ana') => noticeOf(record({ by }), moment, T0, 'acme');
const turns = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};
function manual(): Clock & { pass(ms: number): Promise<void> } {
  let now = 0;
  const waiting = new Set<{ at: number; wake(): void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const one = { at: now + ms, wake: resolve };
        waiting.add(one);
        signal?.addEventListener('abort', () => (waiting.delete(one), reject(signal.reason as Error)), { once: true });
      }),
    async pass(ms) {
      now += ms;
      for (const one of [...waiting].filter((w) => w.at <= now)) {
        waiting.delete(one);
        one.wake();
      }
      await turns();
    },
  };
}
const all: NoticeMoment[] = ['start', 'failure', 'end'];
const receiver = (send: NoticeReceiver['send'], more: Partial<NoticeReceiver> = {}): NoticeReceiver => ({
  ...{ name: 'the webhook of HOOK', on: all, send },
  ...more,
});
const never = () => new Promise<never>(() => undefined);

describe('notices', () => {
  it('go to those who want them, in order, without their secrets', async () => {
    keepSecret('very-secret-value');
    const got: string[] = [];
    const clock = manual();
    const notices = createNotices(
      [
        receiver(async ({ moment, by }) => void got.push(`all ${moment} ${by}`)),
        receiver(async ({ moment }) => void got.push(`bad ${moment}`), { on: ['failure'] }),
      ],
      clock,
    );
    for (const moment of all) notices.send(notice(moment, 'very-secret-value'));
    await turns();
    expect(got.filter((text) => text.startsWith('all'))).toEqual(['all start ***', 'all failure ***', 'all end ***']);
    expect(got.filter((text) => text.startsWith('bad'))).toEqual(['bad failure']);
    expect(await notices.settle(8_000)).toEqual([]);
  });

  it('are sent once more after a fault of the moment, and only then', async () => {
    const clock = manual();
    let busy = 0;
    let refused = 0;
    const notices = createNotices(
      [
        receiver(async () => {
          if (busy++ === 0) throw new NoticeUnsent('it answered 503', true);
        }),
        receiver(
          async () => {
            refused++;
            throw new NoticeUnsent('it answered 404', false);
          },
          { name: 'the webhook of GONE' },
        ),
      ],
      clock,
    );
    notices.send(notice());
    await turns();
    await clock.pass(1_000);
    expect([busy, refused]).toEqual([2, 1]);
    expect(await notices.settle(8_000)).toEqual(['A notice to the webhook of GONE could not be sent: it answered 404']);
  });

  it('that hang are given up, and are one warning for each receiver', async () => {
    const clock = manual();
    let calls = 0;
    const notices = createNotices([receiver(() => (calls++, never()))], clock);
    notices.send(notice('start'));
    notices.send(notice('end'));
    await turns();
    for (const ms of [3_000, 1_000, 3_000]) await clock.pass(ms);
    expect(calls).toBe(3);
    const settled = notices.settle(8_000);
    for (const ms of [3_000, 1_000, 3_000]) await clock.pass(ms);
    expect(calls).toBe(4);
    expect(await settled).toEqual(['2 notices to the webhook of HOOK could not be sent: no answer within 3 s']);
  });

  it('are not waited for longer than is said, nor after a signal', async () => {
    for (const by of ['time', 'signal'] as const) {
      const clock = manual();
      const signal = new AbortController();
      const aborted: boolean[] = [];
      const notices = createNotices(
        [receiver((_notice, given) => (given.addEventListener('abort', () => aborted.push(true)), never()))],
        clock,
      );
      notices.send(notice());
      notices.send(notice('end'));
      await turns();
      const settled = notices.settle(2_000, signal.signal);
      if (by === 'time') await clock.pass(2_000);
      else signal.abort(new Error('SIGTERM'));
      expect(await settled).toEqual([expect.stringMatching(/^2 notices to the webhook of HOOK could not be sent: no /)]);
      expect(aborted).toEqual([true]);
    }
  });
});

describe('a webhook', () => {
  let server: Server | null = null;
  afterEach(() => server?.close());
  async function serve(
    answer: (body: string) => { status: number; text?: string } | 'reset',
  ): Promise<{ url: URL; got: string[] }> {
    const got: string[] = [];
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        got.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
        const said = answer(body);
        if (said === 'reset') request.socket.destroy();
        else response.writeHead(said.status).end(said.text ?? '');
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secret-part`), got };
  }
  const post = (url: URL) => postJson(url, { text: 'Größe' }, new AbortController().signal);

  it('gets JSON by one POST', async () => {
    const { url, got } = await serve(() => ({ status: 200, text: 'ok' }));
    await post(url);
    expect(got).toEqual(['POST /services/T0/B0/secret-part application/json; charset=utf-8 {"text":"Größe"}']);
  });

  it.each([
    [{ status: 404, text: 'no_service' }, 'it answered 404: no_service', false],
    [{ status: 302 }, 'it answered 302', false],
    [{ status: 429, text: 'slow\ndown' }, 'it answered 429: slow down', true],
    [{ status: 500 }, 'it answered 500', true],
    ['reset' as const, 'no answer (ECONNRESET)', true],
  ])('that answers %j is told of without its address', async (answer, message, again) => {
    const { url } = await serve(() => answer);
    await expect(post(url)).rejects.toMatchObject({ message, again });
  });

  it('whose address is known is in no text, nor is its path', () => {
    const address = 'https://hooks.example.com/services/T00000000/B00000000/abcdefgh';
    keepSecret(address);
    keepSecret(new URL(address).pathname);
    expect(hideSecrets(`POST ${address} failed; POST /services/T00000000/B00000000/abcdefgh failed`)).toBe(
      'POST *** failed; POST *** failed',
    );
  });
});
