/** A freeze by hand: the parameter `/baf/freeze/<environment>[/<service>]`. It is ended by writing that it is over. */
import type { Parameter } from '../model/parameter.js';

export interface FreezeRecord {
  /** Null: the whole environment. */
  readonly service: string | null;
  readonly by: string | null;
  readonly reason: string;
  /** Milliseconds. */
  readonly from: number;
  readonly until: number | null;
  readonly over: boolean;
}

export const freezeParameter = (environment: string, service: string | null): string =>
  service === null ? `/baf/freeze/${environment}` : `/baf/freeze/${environment}/${service}`;

export const formatFreeze = (freeze: {
  readonly by: string;
  readonly reason: string;
  readonly until: number | null;
  readonly over: boolean;
}): string =>
  JSON.stringify({ baf: 1, ...freeze, until: freeze.until === null ? null : new Date(freeze.until).toISOString() }).replaceAll(
    '{{',
    '{ {',
  );

/** What baf did not write freezes too: somebody meant to, and a slip of theirs must not open the way. */
export function readFreeze(environment: string, parameter: Parameter): FreezeRecord {
  const base = freezeParameter(environment, null);
  const service = parameter.name === base ? null : parameter.name.slice(base.length + 1);
  const value = objectOf(parameter.value);
  if (!value || typeof value['reason'] !== 'string')
    return { service, by: null, reason: parameter.value.slice(0, 500), from: parameter.updatedAt, until: null, over: false };
  const until = typeof value['until'] === 'string' ? Date.parse(value['until']) : Number.NaN;
  return {
    service,
    by: typeof value['by'] === 'string' ? value['by'] : null,
    reason: value['reason'],
    from: parameter.updatedAt,
    until: Number.isNaN(until) ? null : until,
    over: value['over'] === true,
  };
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return value?.['baf'] === 1 ? value : null;
  } catch {
    return null;
  }
}
