/** Time as an effect: milliseconds since the epoch, and waiting that a signal ends early. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
