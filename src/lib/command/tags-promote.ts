/** `baf ssm tags promote`: the tags of one environment to another, pinned to the versions that they have there. */
import { openApp, readFiles, type App } from '../app.js';
import type { WantedTag } from '../engine/plan-tags.js';
import { openPromotion, savePromotion } from '../engine/promotion.js';
import { observeTags } from '../engine/tags.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import { shouldColor } from '../output/style.js';
import { renderChanges } from '../output/tag-changes-view.js';
import { parseAt } from '../tags/at.js';
import { sourceOf, type PromotionRecord, type SourceTag } from '../tags/promotion.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';
import { changeTags, exitCodeOfChange, ledgerJson, statusOfChange, type ChangeFlags } from './tags-change.js';
import { endOf } from './tags-set.js';
import { asOf, cellsOf, type Done } from './tags.js';

export interface PromoteFlags extends ChangeFlags {
  readonly services: readonly string[];
  readonly from?: string | undefined;
  readonly to: string;
  readonly targets?: string[] | undefined;
  readonly at?: string | undefined;
  readonly all: boolean;
  readonly resume: boolean;
  readonly plan: boolean;
  readonly deploy: boolean;
}

export async function promoteTags(flags: PromoteFlags): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const to = findEnvironment(platform, flags.to);
  const place = { environment: to.name, home: homeOf(to) };
  const app = await openApp(flags, read);
  try {
    const open = await openPromotion(place, app.effects);
    if (flags.resume && !open) throw nothingOpen(to);
    const fresh = flags.resume ? null : await decide(app, to, flags);
    if (!flags.resume && open)
      flags.notify?.(`The promotion ${open.id} of ${open.by} from ${open.from} was not finished; this one takes its place.`);
    const record = fresh ?? open!;
    const items = record.items.map(parseItem);
    const specs = new Map(
      selectServices(
        { project },
        items.map((i) => i.service),
        to.name,
      ).map((s) => [s.name, s]),
    );
    const wanted = items.map((item): WantedTag => ({ ...item, service: specs.get(item.service)! }));
    const targets = filterWaves(to, record.targets ?? []).flatMap((w) => w.targets);
    const changed = await changeTags(
      app,
      {
        environment: to,
        targets,
        wanted,
        record: { op: 'promote' },
        what: `Promote ${summary(items)} from ${record.from} to ${to.name} (${targets.length} ${targets.length === 1 ? 'target' : 'targets'})`,
        leavePinned: flags.all,
        plan: flags.plan,
        ...(flags.resume ? { decidedAt: Date.parse(record.at) } : {}),
        before: (effects) => savePromotion(place, record, effects),
      },
      flags,
    );
    const wrote = changed.outcomes.some((o) => o.status === 'written');
    const isDone = changed.outcomes.every((o) => o.status !== 'skipped' && o.status !== 'failed');
    if (!changed.planned && isDone && (wrote || flags.resume)) await savePromotion(place, { ...record, done: true }, app.effects);
    const promotion = {
      id: record.id,
      from: record.from,
      to: to.name,
      status: statusOfChange(changed),
      tags: ledgerJson(changed),
    };
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    const options = { color, columns: process.stdout.columns ?? 1000 };
    if (changed.planned)
      return { json: { promotion }, text: renderChanges(changed.changes, options), warnings: [], exitCode: ExitCode.done };
    const end = endOf(changed, flags);
    const exitCode = exitCodeOfChange(changed);
    if (exitCode === 5 && !isDone) end.warnings.push(`The rest: baf ssm tags promote --resume --to ${to.name}`);
    if (!flags.deploy || exitCode !== ExitCode.done) return { json: { promotion }, ...end };
    return { ...(await ship(items, to, flags)), json: { promotion }, text: end.text, warnings: end.warnings } as Done;
  } finally {
    await app.close();
  }
}

/** Each service's one tag at the source, as it is now or was then. */
async function decide(app: App, to: Environment, flags: PromoteFlags): Promise<PromotionRecord> {
  const { project, platform } = app;
  const name = flags.from ?? to.promoteFrom;
  if (name === null || name === undefined)
    throw new UserError('SourceMissing', {
      message: `Where from? ${to.name} names no promoteFrom in ${platform.source}.`,
      nextSteps: ['Add --from ENV.'],
    });
  const from = findEnvironment(platform, name);
  if (from.name === to.name)
    throw new UserError('SameEnvironment', {
      message: `${to.name} cannot be promoted to itself.`,
      nextSteps: ['Give --from and --to different environments.'],
    });
  if (flags.services.length === 0 && !flags.all)
    throw new UserError('ServicesMissing', { message: 'No services are named.', nextSteps: ['Name some, or add --all.'] });
  filterWaves(to, flags.targets ?? []);
  const services = selectServices({ project }, flags.services, from.name).map((s) => s.name);
  const cells = cellsOf([from], []);
  const now = app.effects.clock.now();
  const seen = await observeTags({ project: project.name, services, cells, desiredOnly: true }, app.effects);
  const rows =
    flags.at === undefined
      ? seen.tags
      : asOf(seen.tags, await tagsAt({ services, cells, at: parseAt(flags.at, now) }, app.effects));
  const sources = services.map((service) => sourceOf(service, from.name, rows));
  const missing = sources.flatMap((s) => ('why' in s ? [s.why] : []));
  // Of all, those that were never there are not meant; everything else that is in the way is said.
  const absent = sources.filter((s) => 'why' in s && /has no deploy tag/.test(s.why)).length;
  if (missing.length > (flags.all ? absent : 0) || missing.length === services.length)
    throw new UserError('SourceUnclear', {
      message: missing.map((why) => `${why}.`).join('\n'),
      nextSteps: [`baf ssm tags --env ${from.name} shows what is there.`],
      exitCode: seen.denied.length > 0 ? ExitCode.denied : ExitCode.refused,
    });
  const found = sources.filter((s): s is SourceTag => !('why' in s));
  return {
    id: `p-${new Date(now)
      .toISOString()
      .replace(/[-:.TZ]/g, '')
      .slice(0, 14)}-${Math.random().toString(36).slice(2, 6)}`,
    from: from.name,
    by: app.actor,
    at: new Date(now).toISOString(),
    targets: flags.targets ?? null,
    items: found.map((s) => `${s.service} ${s.tag} ${s.source} ${s.digest?.slice('sha256:'.length) ?? '-'}`),
    done: false,
  };
}

function parseItem(item: string): { service: string; tag: string; source: string; digest: string | null } {
  const [service, tag, source, digest] = item.split(' ') as [string, string, string, string];
  return { service, tag, source, digest: digest === '-' ? null : `sha256:${digest}` };
}

const summary = (items: readonly { service: string; tag: string }[]): string =>
  items.length <= 3 ? items.map((i) => `${i.service} ${i.tag}`).join(', ') : `${items.length} services`;

const nothingOpen = (to: Environment): UserError =>
  new UserError('NothingToResume', {
    message: `No promotion to ${to.name} was cut off.`,
    nextSteps: [`Start one: baf ssm tags promote SERVICE --to ${to.name}`],
  });

/** The tags are written; the deploy has its own progress and outcome. */
async function ship(items: readonly { service: string; tag: string }[], to: Environment, flags: PromoteFlags) {
  const { deployServices } = await import('./deploy.js');
  const deployed = await deployServices({
    ...flags,
    services: items.map((i) => i.service),
    env: to.name,
    tag: items.map((i) => `${i.service}=${i.tag}`),
    plan: false,
    'exit-code': false,
    timeout: '30m',
    'on-failure': 'rollback',
    yes: true,
    json: true,
  } as never);
  return deployed;
}
