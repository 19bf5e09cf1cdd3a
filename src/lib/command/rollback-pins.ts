/** `baf rollback --pin`: what was gone back to is held there, so that automation does not bring the other forth again. */
import type { Effects } from '../engine/effects.js';
import { writePin } from '../engine/pins.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';

/** Tag by service. A pin holds one tag in all of an environment: refused where a service goes back to several. */
export function pinsOf(
  chosen: Readonly<Record<string, string>>,
  services: readonly string[],
  environment: string,
): ReadonlyMap<string, string> {
  const tagsOf = (service: string): string[] => [
    ...new Set(Object.entries(chosen).flatMap(([key, tag]) => (key.split(' ')[0] === service ? [tag] : []))),
  ];
  const tags = services.map((service) => ({ service, tags: tagsOf(service) }));
  const several = tags.filter((t) => t.tags.length > 1);
  if (several.length > 0)
    throw new UserError('PinUnclear', {
      message: several
        .map((t) => `${t.service} goes back to ${t.tags.join(' and ')} in ${environment}, and a pin holds one tag in all of it.`)
        .join('\n'),
      nextSteps: ['Leave --pin out; or roll these back by themselves, --to TAG.'],
      exitCode: ExitCode.refused,
    });
  return new Map(tags.flatMap(({ service, tags: [tag] }) => (tag === undefined ? [] : [[service, tag] as const])));
}

/** Before the first tag is written: what was decided outlasts a kill, and automation cannot get in between. */
export async function setPins(
  pins: ReadonlyMap<string, string>,
  environment: Environment,
  reason: string,
  effects: Effects,
): Promise<void> {
  const place = { environment: environment.name, home: homeOf(environment) };
  await Promise.all(
    [...pins].map(([service, tag]) => writePin(place, { service, tag, reason, until: null, rollback: true }, effects)),
  );
}

export const pinnedText = (pins: ReadonlyMap<string, string>, environment: string): string =>
  `Pinned in ${environment}: ${[...pins].map(([service, tag]) => `${service} to ${tag}`).join(', ')}. ` +
  `To end it: baf ssm tags unpin ${[...pins.keys()].join(' ')} --env ${environment}`;

/** What may come next, and how it is held off. */
export const openText = (services: readonly string[], environment: string): string =>
  `Not pinned: the next promotion or deploy may bring it forth again. ` +
  `To hold it: baf ssm tags pin ${services.join(' ')} --env ${environment} --reason TEXT`;
