/** How often which operation was called: what `baf sandbox calls` tells. */
import type { State } from './state.js';

export function counter(state: State, service: string, operation: string) {
  return (account: string, region: string, end: 'done' | 'failed' | 'throttled'): void => {
    const key = `${service}:${operation}:${account}:${region}`;
    const entry = (state.calls[key] ??= { service, operation, account, region, count: 0, throttled: 0, failed: 0 });
    entry.count++;
    if (end === 'failed') entry.failed++;
    if (end === 'throttled') entry.throttled++;
  };
}
