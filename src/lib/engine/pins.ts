/** Pins of services in an environment: read ten a call, written in its home target, and asked before anything changes. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { pinParameter } from '../tags/names.js';
import { formatPin, formatUnpinned, parsePin, pinText, type Pin } from '../tags/pin.js';
import type { Effects } from './effects.js';

export interface PinPlace {
  readonly environment: string;
  readonly home: Target;
}

/** By service. */
export async function readPins(place: PinPlace, services: readonly string[], effects: Effects): Promise<Map<string, Pin>> {
  const now = effects.clock.now();
  const found = await effects.at(place.home).ssm.get(services.map((service) => pinParameter(place.environment, service)));
  const pins = found.flatMap((p) => parsePin(p.value, now) ?? []);
  return new Map(pins.map((pin) => [pin.service, pin]));
}

/** The pins that forbid these tags. */
export const refusing = (
  pins: ReadonlyMap<string, Pin>,
  wanted: readonly { readonly service: string; readonly tag: string }[],
): Pin[] => {
  const against = wanted.flatMap(({ service, tag }) => {
    const pin = pins.get(service);
    return pin && pin.tag !== tag ? [pin] : [];
  });
  return [...new Set(against)];
};

/** Throws `Pinned` (exit 4) where a service would get another tag than the one it is pinned to. */
export async function checkPins(
  place: PinPlace,
  wanted: readonly { readonly service: string; readonly tag: string }[],
  effects: Effects,
): Promise<void> {
  const pins = await readPins(place, [...new Set(wanted.map((w) => w.service))], effects);
  const against = refusing(pins, wanted);
  if (against.length > 0) throw pinnedError(place.environment, against);
}

export const pinnedError = (environment: string, pins: readonly Pin[]): UserError =>
  new UserError('Pinned', {
    message: pins.map((pin) => `${pin.service} in ${environment} is ${pinText(pin)}.`).join('\n'),
    nextSteps: [
      `Talk to ${[...new Set(pins.map((pin) => pin.by))].join(', ')}; to end it: baf ssm tags unpin ${pins.map((pin) => pin.service).join(' ')} --env ${environment}`,
    ],
    exitCode: ExitCode.refused,
    details: { pins },
  });

export async function writePin(place: PinPlace, pin: Omit<Pin, 'environment' | 'by' | 'at'>, effects: Effects): Promise<Pin> {
  const made: Pin = {
    ...pin,
    environment: place.environment,
    by: effects.actor,
    at: new Date(effects.clock.now()).toISOString(),
  };
  await effects.at(place.home).ssm.put(pinParameter(place.environment, pin.service), formatPin(made), {
    description: `baf: ${pin.service} is pinned in ${place.environment}`,
  });
  return made;
}

export async function removePin(place: PinPlace, service: string, effects: Effects): Promise<void> {
  const value = formatUnpinned(effects.actor, new Date(effects.clock.now()).toISOString());
  await effects.at(place.home).ssm.put(pinParameter(place.environment, service), value, {
    description: `baf: ${service} is not pinned in ${place.environment}`,
  });
}
