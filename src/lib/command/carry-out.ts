/** Carries a plan out on record: taken up where an earlier process stopped, cancelled from anywhere. */
import type { App } from '../app.js';
import { deploy, type DeployOptions } from '../engine/deploy.js';
import type { Effects } from '../engine/effects.js';
import { recorded } from '../engine/recorder.js';
import { restoreLeft } from '../engine/scale-in-left.js';
import { forgetRecords, listRecords, readWish, type RecordPlace } from '../engine/records.js';
import type { BafEvent } from '../model/event.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import { Stop, stopOf } from '../model/stop.js';
import { follow, noticeOf, tell } from '../notices/follow.js';
import { resumable } from '../records/history.js';
import { isOpen, newId, type DeployRecord, type RecordedRollout } from '../records/record.js';
import { touchedLater } from '../records/superseded.js';
import { keyOf, resumePlan, rolloutsOf } from '../records/resume.js';
import type { DeployPlan } from '../rollout/plan.js';
import type { AuditNote } from '../tags/audit.js';
import { ciRun } from '../system/ci-run.js';
import { commitOf } from '../system/commit.js';
import { thisMachine } from '../system/machine.js';
import { goneHere } from './gone.js';
import type { OpenNotices } from './notices.js';
import type { Attachable, Stopping } from './progress.js';

export const recordPlace = (environment: Environment): RecordPlace => ({
  environment: environment.name,
  home: homeOf(environment),
});

export const makeId = (app: Pick<App, 'effects'>): string => newId(app.effects.clock.now(), Math.random());

/** The command that attaches to a deploy, once there is one. */
export interface Attach extends Attachable {
  id: string | null;
}

export const attachTo = (environment: Environment): Attach => ({
  id: null,
  attach() {
    return this.id === null ? null : `baf watch ${this.id} --env ${environment.name}`;
  },
});

interface Job {
  readonly app: Pick<App, 'project' | 'actor' | 'effects'>;
  readonly environment: Environment;
  readonly kind: DeployRecord['kind'];
  readonly options: DeployOptions;
  readonly attach: Attach;
  readonly notices: OpenNotices;
}

/**
 * The events of a deploy that is recorded. `effects` are fenced by the lock; the record is written also when that is lost.
 * Where nothing is to be done and nothing of it was left open, there is no record. */
export async function* carryOut(
  plan: DeployPlan,
  { app, environment, kind, options, attach, notices }: Job,
  effects: Effects,
  signal: AbortSignal,
  stopping: Stopping,
): AsyncGenerator<BafEvent, void> {
  const place = recordPlace(environment);
  const records = await listRecords(place, app.effects);
  const rollouts = plan.waves.flatMap((w) => w.rollouts);
  const isOwn = (service: string, target: string) => rollouts.some((r) => r.service.name === service && r.target.name === target);
  yield* restoreLeft({ records, isGone: goneNow(app), targets: environment.waves.flatMap((w) => w.targets), isOwn }, effects);
  const services = [...new Set(rollouts.map((r) => r.service.name))];
  const planned = { ...options, gate: stopping.gate };
  const open = await openRecord(records, { plan: keyOf(plan), kind, services }, place, app.effects);
  if (!open && rollouts.every((r) => r.action === 'unchanged') && !takesOver(records, isOwn, goneNow(app))) {
    yield* deploy(plan, planned, effects, signal);
    return;
  }
  const carried = open ? resumePlan(plan, open) : plan;
  attach.id = carried.id;
  const now = effects.clock.now();
  const { id: machine, pid } = thisMachine();
  const record: DeployRecord = {
    id: carried.id,
    environment: environment.name,
    project: app.project.name,
    kind,
    by: open?.by ?? app.actor,
    machine,
    pid,
    commit: await commitOf(app.project.dir, process.env),
    run: ciRun(process.env),
    ...noteOf(options.note, open),
    plan: keyOf(plan),
    startedAt: open?.startedAt ?? now,
    beatAt: now,
    finishedAt: null,
    state: 'running',
    wave: open?.wave ?? 0,
    rollouts: rolloutsOf(carried, open),
    cut: {},
  };
  const recording = {
    place,
    record,
    onWish: ({ by }: { by: string }) => stopping.stop(new Stop('back', by, 'cancelled')),
    leaves: () => stopOf(signal)?.how === 'leave',
  };
  const events = recorded(recording, app.effects, () => deploy(carried, planned, effects, signal));
  // One that is taken up again was told of when it began.
  yield* telling(events, record, { ...notices, resumes: open, leaves: recording.leaves });
  // What is too old goes after the deploy: it never waits for that.
  if (!signal.aborted) await forgetRecords(place, records, app.effects).catch(() => undefined);
}

const goneNow =
  ({ effects }: Pick<App, 'effects'>) =>
  (record: DeployRecord): boolean =>
    goneHere(record, effects.clock.now());

/** Whether a deploy that is gone had begun some of it: that it is as it should be is then on record. */
const takesOver = (
  records: readonly DeployRecord[],
  isOwn: (service: string, target: string) => boolean,
  isGone: (record: DeployRecord) => boolean,
): boolean =>
  records.some((r) => {
    const taken = touchedLater(r, records);
    const isLeft = ({ service, target }: RecordedRollout) => isOwn(service, target) && !taken.has(`${service} ${target}`);
    return isOpen(r) && isGone(r) && r.rollouts.some(isLeft);
  });

/** What is said now counts; of a deploy that is taken up again, else what was said then. */
function noteOf(said: AuditNote | undefined, open: DeployRecord | null): Pick<DeployRecord, 'note'> {
  const note = { ...open?.note, ...said };
  return Object.keys(note).length > 0 ? { note } : {};
}

/** The same events; others are told of what they mean as they pass, which nothing waits for. */
async function* telling(
  events: AsyncIterable<BafEvent>,
  record: DeployRecord,
  { platform, send, resumes, leaves }: OpenNotices & { readonly resumes: DeployRecord | null; leaves(): boolean },
): AsyncGenerator<BafEvent, void> {
  let following = follow(record);
  let told = resumes !== null;
  for await (const event of events) {
    if (!told) send(noticeOf(record, 'start', event.at, platform));
    told = true;
    const next = tell(following, event, platform, leaves());
    following = next.following;
    if (next.notice) send(next.notice);
    yield event.type === 'deploy.started' && resumes
      ? { ...event, resumes: { by: resumes.by, startedAt: resumes.startedAt } }
      : event;
  }
}

/** One that somebody wanted cancelled is not gone on with: running the same again is a deploy of its own. */
async function openRecord(
  records: readonly DeployRecord[],
  asked: Parameters<typeof resumable>[1],
  place: RecordPlace,
  effects: Effects,
): Promise<DeployRecord | null> {
  const found = resumable(records, asked);
  return found && (await readWish(place, found.id, effects)) === null ? found : null;
}
