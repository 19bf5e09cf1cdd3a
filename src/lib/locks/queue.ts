/** The queue of an environment: `/baf/queue/<environment>/<number>`, one place for each deploy that waits. */
import type { Parameter } from '../model/parameter.js';
import { GRACE_MS, LEASE_MS, SKEW_MS } from './times.js';
import { objectOf, parseContender, type Contender } from './ticket.js';

export interface Place {
  readonly number: number;
  readonly services: readonly string[];
  readonly contender: Contender;
  readonly version: number;
  /** By SSM's clock, milliseconds. */
  readonly writtenAt: number;
}

export const queuePath = (environment: string): string => `/baf/queue/${environment}`;
export const placeName = (environment: string, number: number): string => `${queuePath(environment)}/${number}`;

export const formatPlace = (contender: Contender, services: readonly string[]): string =>
  JSON.stringify({ baf: 1, ...contender, services }).replaceAll('{{', '{ {');

/** In order; what is none of baf's is left out: it must not hold anybody up. */
export function readQueue(environment: string, parameters: readonly Parameter[]): Place[] {
  const prefix = `${queuePath(environment)}/`;
  return parameters
    .flatMap((parameter): Place[] => {
      const number = parameter.name.startsWith(prefix) ? parameter.name.slice(prefix.length) : '';
      const value = objectOf(parameter.value);
      const contender = value && parseContender(value);
      const services = value?.['services'];
      if (!/^[1-9]\d{0,8}$/.test(number) || !contender || !Array.isArray(services)) return [];
      return [
        {
          number: Number(number),
          services: services.map(String),
          contender,
          version: parameter.version,
          writtenAt: parameter.updatedAt,
        },
      ];
    })
    .sort((a, b) => a.number - b.number);
}

export interface QueueWitness {
  readonly now: number;
  since(place: Place): number;
  isDead(contender: Contender): boolean;
}

/** A place whose owner gave no sign of life for a lease holds nobody up. */
export const isAbandoned = (place: Place, { now, since, isDead }: QueueWitness): boolean =>
  now > Math.min(place.writtenAt + LEASE_MS + GRACE_MS + SKEW_MS, since(place) + LEASE_MS + GRACE_MS) || isDead(place.contender);

/** Those that go first: before `own`, or all where there is no own place yet, and want one of the services too. */
export const aheadOf = (
  places: readonly Place[],
  own: { readonly number: number } | null,
  services: readonly string[],
  witness: QueueWitness,
): Place[] =>
  places.filter(
    (place) =>
      (own === null || place.number < own.number) &&
      place.services.some((service) => services.includes(service)) &&
      !isAbandoned(place, witness),
  );
