/**
 * Sends notices beside a deploy: in order, each with a limit of time and one more attempt. Whatever becomes of them, the
 * deploy neither waits nor fails; what was not told is a warning at the end, once for each receiver.
 */
import type { Clock } from '../model/clock.js';
import type { Notice, NoticeMoment } from '../model/notice.js';
import { hideSecretsIn } from '../redaction/secrets.js';

/** Worth a second attempt: a fault of the moment. */
export class NoticeUnsent extends Error {
  constructor(
    message: string,
    readonly again: boolean,
  ) {
    super(message);
  }
}

export interface NoticeReceiver {
  /** As warnings name it: without an address. */
  readonly name: string;
  readonly on: readonly NoticeMoment[];
  /** @throws NoticeUnsent, or anything else where a second attempt is of no use */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}

export interface Notices {
  /** Returns at once. */
  send(notice: Notice): void;
  /**
   * Waits for what is on its way, this long at most, or until `signal` ends where it has not yet; then nothing more is sent.
   * Gives the warnings.
   */
  settle(withinMs: number, signal?: AbortSignal): Promise<string[]>;
}

/** An attempt may take so long, milliseconds of the wall clock; the pause before the second one. */
export const ATTEMPT_MS = 3_000;
const PAUSE_MS = 1_000;

/** @param wall the clock of this computer: receivers are no part of a sandbox whose time runs faster */
export function createNotices(receivers: readonly NoticeReceiver[], wall: Clock): Notices {
  const stop = new AbortController();
  const failed = new Map<string, { first: string; count: number }>();
  /** A receiver gets one after the other. */
  const lines = receivers.map((receiver) => ({ receiver, last: Promise.resolve() }));

  const attempt = async (receiver: NoticeReceiver, notice: Notice): Promise<void> => {
    const end = new AbortController();
    const limit = new AbortController();
    const signal = AbortSignal.any([stop.signal, limit.signal]);
    const late = new Promise<never>((_resolve, reject) => {
      const refuse = () => reject(new NoticeUnsent(`no answer within ${ATTEMPT_MS / 1000} s`, !stop.signal.aborted));
      if (signal.aborted) refuse();
      signal.addEventListener('abort', refuse, { once: true });
    });
    late.catch(() => undefined);
    void wall.sleep(ATTEMPT_MS, end.signal).then(
      () => limit.abort(),
      () => undefined,
    );
    try {
      await Promise.race([receiver.send(notice, signal), late]);
    } finally {
      end.abort();
    }
  };

  const deliver = async (receiver: NoticeReceiver, notice: Notice): Promise<void> => {
    try {
      await attempt(receiver, notice).catch(async (error: unknown) => {
        if (!(error instanceof NoticeUnsent && error.again)) throw error;
        await wall.sleep(PAUSE_MS, stop.signal);
        await attempt(receiver, notice);
      });
    } catch (error) {
      const before = failed.get(receiver.name);
      const first =
        before?.first ?? (error instanceof Error && error !== stop.signal.reason ? error.message : 'no time was left');
      failed.set(receiver.name, { first, count: (before?.count ?? 0) + 1 });
    }
  };

  return {
    send(notice) {
      const told = hideSecretsIn(notice);
      for (const line of lines.filter(({ receiver }) => receiver.on.includes(notice.moment)))
        line.last = line.last.then(() => deliver(line.receiver, told));
    },
    async settle(withinMs, signal) {
      const end = new AbortController();
      const until = signal && !signal.aborted ? AbortSignal.any([signal, end.signal]) : end.signal;
      const all = Promise.all(lines.map(({ last }) => last));
      await Promise.race([all, wall.sleep(withinMs, until).catch(() => undefined)]);
      end.abort();
      stop.abort(new Error('no time was left'));
      await all;
      return [...failed].map(
        ([name, { first, count }]) => `${count === 1 ? 'A notice' : `${count} notices`} to ${name} could not be sent: ${first}`,
      );
    },
  };
}
