/** `baf ssm tags pin`, `unpin` and `label`. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { checkReason } from '../access/rules.js';
import { checkTag, durationMs, DURATION } from '../config/checks.js';
import { readPins, removePin, writePin } from '../engine/pins.js';
import { labelTag } from '../engine/label-tag.js';
import { observeTags } from '../engine/tags.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { TagRow } from '../model/tag-row.js';
import { parseDate } from '../records/time.js';
import { pinText, type Pin } from '../tags/pin.js';
import { needAccess } from './access-guard.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';
import { cellsOf, type Done } from './tags.js';

interface PinFlags extends AppFlags {
  readonly services: readonly string[];
  readonly env: string;
}

export async function pinTags(
  flags: PinFlags & { readonly reason: string; readonly tag?: string | undefined; readonly until?: string | undefined },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const services = selectServices({ project }, flags.services, environment.name).map((s) => s.name);
  const reason = checkReason(flags.reason);
  if (flags.tag !== undefined) checkTag(flags.tag);
  const place = { environment: environment.name, home: homeOf(environment) };
  const app = await openApp(flags, read);
  try {
    const until = flags.until === undefined ? null : new Date(untilOf(flags.until, app.effects.clock.now())).toISOString();
    await needAccess(app, environment, flags);
    const cells = cellsOf([environment], []);
    const { tags } = await observeTags({ project: project.name, services, cells, desiredOnly: true }, app.effects);
    const wanted = services.map((service) => {
      const closed = tags.filter((t) => t.service === service && t.problem !== null);
      if (flags.tag === undefined && closed.length > 0) throw unseen(service, environment.name, closed);
      const found = [...new Set(tags.filter((t) => t.service === service && t.tag !== null).map((t) => t.tag!))];
      const tag = flags.tag ?? (found.length === 1 ? found[0]! : null);
      if (tag !== null) return { service, tag };
      throw new UserError('PinUnclear', {
        message: `${service} has ${found.length === 0 ? 'no deploy tag' : `several tags (${found.join(', ')})`} in ${environment.name}, and a pin holds it at one.`,
        nextSteps: [`Say which: --tag ${found[0] ?? 'TAG'}`],
      });
    });
    const pins: Pin[] = [];
    for (const { service, tag } of wanted)
      pins.push(await writePin(place, { service, tag, reason, until, rollback: false }, app.effects));
    return {
      json: { pins },
      text: pins.map((pin) => `${pin.service} in ${environment.name} is ${pinText(pin)}.`).join('\n'),
      warnings: wanted.flatMap(({ service, tag }) =>
        tags
          .filter((t) => t.service === service && t.tag !== null && t.tag !== tag)
          .map((t) => `${service} in ${t.target} has ${t.tag}, not ${tag}`),
      ),
      exitCode: ExitCode.done,
    };
  } finally {
    await app.close();
  }
}

const unseen = (service: string, environment: string, closed: readonly TagRow[]): UserError =>
  new UserError('PinUnclear', {
    message: `The tag of ${service} in ${environment} cannot be read: ${closed.map((t) => `${t.target} (${t.state})`).join(', ')}.`,
    nextSteps: ['Say which tag it is pinned to: --tag TAG'],
    exitCode: closed.some((t) => t.state === 'denied') ? ExitCode.denied : ExitCode.failed,
  });

/** `2d` from now, or a time in UTC; it has to be to come. */
function untilOf(text: string, now: number): number {
  const at = DURATION.test(text) ? now + durationMs(text) : parseDate(text);
  if (at !== null && at > now) return at;
  throw new UserError('TimeInvalid', {
    message:
      at === null
        ? `${JSON.stringify(text)} is no time.`
        : `${text} has passed (it is ${new Date(now).toISOString().slice(0, 16)} UTC).`,
    nextSteps: ['Write how long, or a time to come in UTC: 2d, 2026-11-20T14:00'],
  });
}

export async function unpinTags(flags: PinFlags): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const services = selectServices({ project }, flags.services, environment.name).map((s) => s.name);
  const place = { environment: environment.name, home: homeOf(environment) };
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const pins = await readPins(place, services, app.effects);
    for (const service of pins.keys()) await removePin(place, service, app.effects);
    const lines = services.map((service) => {
      const pin = pins.get(service);
      return pin
        ? `${service} in ${environment.name} was ${pinText(pin)}; it is not any more.`
        : `${service} was not pinned in ${environment.name}.`;
    });
    return { json: { unpinned: [...pins.values()] }, text: lines.join('\n'), warnings: [], exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}

export async function labelTags(
  service: string,
  label: string,
  flags: AppFlags & {
    readonly env: string;
    readonly targets?: string[] | undefined;
    readonly tag?: string | undefined;
    readonly remove: boolean;
  },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  selectServices({ project }, [service], environment.name);
  const targets = filterWaves(environment, flags.targets ?? []).flatMap((w) => w.targets);
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const request = { environment: environment.name, service, label, tag: flags.tag ?? null, remove: flags.remove };
    const labels = await Promise.all(targets.map((target) => labelTag({ ...request, target }, app.effects)));
    const bad = labels.filter((l) => l.problem !== null);
    return {
      json: { labels },
      text: labels
        .map(
          (l) =>
            `${service} in ${l.target}: ${l.problem ?? (l.version === null ? `no version has ${label}` : `${label} ${flags.remove ? 'taken from' : 'on'} ${l.tag} (version ${l.version})`)}`,
        )
        .join('\n'),
      warnings: [],
      exitCode:
        bad.length === 0
          ? ExitCode.done
          : bad.length < labels.length
            ? ExitCode.partial
            : bad.every((l) => l.denied)
              ? ExitCode.denied
              : ExitCode.failed,
    };
  } finally {
    await app.close();
  }
}
