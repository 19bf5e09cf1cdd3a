/**
 * Why something is stopped before its end, as the reason of an AbortSignal: `leave` lets ECS go on with what is under way,
 * `back` brings back what was changed. The message is the name of the signal, where one came.
 */
export class Stop extends Error {
  constructor(
    readonly how: 'leave' | 'back',
    /** Who wants it, where it was not the user of this process. */
    readonly by: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** Null while nothing stops it, and where it ends for another reason (its lock is lost). */
export const stopOf = (signal: AbortSignal): Stop | null =>
  signal.aborted && signal.reason instanceof Stop ? signal.reason : null;
