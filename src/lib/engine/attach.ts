/** Watches a deploy that another process carries out: by its record and by ECS, never by that process. */
import { UserError } from '../errors/user-error.js';
import type { Cause } from '../model/cause.js';
import type { BafEvent } from '../model/event.js';
import { revisionOf, stagedDeploymentOf, type ServiceState, type StageState } from '../model/observed.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { Target } from '../model/target.js';
import { isOpen, type DeployRecord, type RecordedRollout } from '../records/record.js';
import { isOutOfContact, isUnderWay, outcomeOf } from '../records/outcome.js';
import { goneText, tellChanges, tellOpening } from '../records/told.js';
import { statusOf } from '../rollout/outcomes.js';
import { stageTold, type StageTold } from '../rollout/strategies/stage-told.js';
import type { Effects } from './effects.js';
import { environmentServiceName } from './names.js';
import { POLL_MS } from './poller.js';
import { readRecord, type RecordPlace } from './records.js';
import { tellLeft } from './scale-in-left.js';
import { runningTags } from './status.js';

export interface Watching {
  readonly place: RecordPlace;
  readonly id: string;
  /** The environment's targets, by which the record's are found. */
  readonly targets: readonly Target[];
  /** Whether its process is gone. */
  isGone(record: DeployRecord): boolean;
}

export interface Watched {
  readonly outcome: DeployOutcome;
  readonly record: DeployRecord;
  /** Whether it ended without its process: what ECS was at has ended, the record has not. */
  readonly lost: boolean;
}

/** The events as the deploying process has them, so far as they can be seen from here; null where the signal ended it. */
export async function* watchDeploy(
  { place, id, targets, isGone }: Watching,
  effects: Effects,
  signal: AbortSignal,
): AsyncGenerator<BafEvent, Watched | null> {
  const now = () => effects.clock.now();
  let known: DeployRecord | null = null;
  let gone = false;
  const seen = new Set<string>();
  const stages = new Map<string, string>();
  let begun = new Set<string>();
  for (;;) {
    const found = await readRecord(place, id, effects);
    if (!found && !known)
      throw new UserError('DeployUnknown', {
        message: `There is no deploy ${id} in ${place.environment}.`,
        nextSteps: [`baf history --env ${place.environment}`],
      });
    const read: DeployRecord = found?.record ?? known!;
    const lost = isOpen(read) && isGone(read);
    if (!lost) begun = new Set();
    else if (!gone) begun = await begunUnwritten(read, targets, effects);
    const record: DeployRecord = { ...read, rollouts: read.rollouts.map((r) => (begun.has(keyOf(r)) ? running(r) : r)) };
    if (!known) yield* tellOpening(record, now());
    yield* tellChanges(known, record, now());
    known = record;
    const isBlind = !isOpen(record) && record.rollouts.some(isOutOfContact);
    if (!isOpen(record) && !isBlind) {
      const outcome = outcomeOf(record, 'failed', now());
      yield { type: 'deploy.ended', at: now(), outcome };
      return { outcome, record, lost: false };
    }
    const states = await look(record, targets, effects);
    for (const [r, state] of states) yield* progress(record, r, state, seen, now());
    for (const event of await stagesOf(record, states, targets, effects)) {
      const { service, target, ...told } = event;
      const key = `${service} ${target}`;
      if (stages.get(key) === JSON.stringify(told)) continue;
      stages.set(key, JSON.stringify(told));
      yield { type: 'rollout.stage', at: now(), ...event };
    }
    if (!isBlind && !lost) gone = false;
    else if (!gone) {
      gone = true;
      yield { type: 'warning', at: now(), text: isBlind ? BLIND : goneText(record) };
    }
    // Whoever deploys writes the end; only where nobody does, ECS says it.
    if (gone && states.every(([, state]) => !state || !isRolling(state))) {
      const ended = await settled(record, states, targets, effects);
      yield* tellChanges(record, ended, now());
      if (!isBlind) yield* tellLeft({ records: [record], isGone: () => true, targets, isOwn: () => false }, effects);
      const outcome = outcomeOf(ended, 'cancelled', now());
      const told = { ...outcome, status: statusOf(outcome.rollouts) };
      yield { type: 'deploy.ended', at: now(), outcome: told };
      return { outcome: told, record: ended, lost: true };
    }
    try {
      await effects.clock.sleep(POLL_MS, signal);
    } catch {
      return null;
    }
  }
}

const keyOf = (r: RecordedRollout): string => `${r.service} ${r.target}`;
const running = (r: RecordedRollout): RecordedRollout => (r.status === 'queued' ? { ...r, status: 'running' } : r);

/** What its process had begun after it last wrote the record: queued there, and of the new version in ECS. */
async function begunUnwritten(record: DeployRecord, targets: readonly Target[], effects: Effects): Promise<Set<string>> {
  const queued = record.rollouts.filter((r) => r.status === 'queued' && r.from?.tag !== r.to.tag);
  const found = new Set<string>();
  for (const target of targets) {
    const states = await statesOf(record, queued, target, effects);
    const there = states.flatMap(([, state]) => (state ? [state] : []));
    if (there.length === 0) continue;
    const tags = await runningTags(effects.at(target).ecs, there);
    for (const [r, state] of states) if (state && tags.get(state.taskDefinitionArn) === r.to.tag) found.add(keyOf(r));
  }
  return found;
}

const BLIND = 'Contact with ECS was lost in this deploy, and how it ended is not on record: ECS is asked.';

type Looked = [RecordedRollout, ServiceState | null];

/** One DescribeServices for ten services of each target; what cannot be read now is seen at the next look. */
async function look(record: DeployRecord, targets: readonly Target[], effects: Effects): Promise<Looked[]> {
  const underWay = record.rollouts.filter((r) => isUnderWay(record, r));
  return (await Promise.all(targets.map((target) => statesOf(record, underWay, target, effects)))).flat();
}

async function statesOf(
  record: DeployRecord,
  rollouts: readonly RecordedRollout[],
  target: Target,
  effects: Effects,
): Promise<Looked[]> {
  const here = rollouts.filter((r) => r.target === target.name);
  if (here.length === 0) return [];
  const { ecs, offer } = effects.at(target);
  const names = here.map((r) => environmentServiceName(record, { name: r.service }));
  const { cluster } = await offer(record.environment);
  const states = await ecs.describeServices(cluster, names);
  return here.map((r, index) => [r, states.find((s) => s.name === names[index]) ?? null]);
}

const primaryOf = (state: ServiceState) => state.deployments.find((d) => d.status === 'PRIMARY');
const isRolling = (state: ServiceState): boolean => primaryOf(state)?.rolloutState === 'IN_PROGRESS';

type Stage = StageTold & { readonly service: string; readonly target: string };

/** Where those are that move traffic: one call for twenty of a target, none where nothing of it does. */
async function stagesOf(
  record: DeployRecord,
  states: readonly Looked[],
  targets: readonly Target[],
  effects: Effects,
): Promise<Stage[]> {
  const all = targets.map(async (target) => {
    const staged = states.flatMap(([r, state]) => {
      const arn = r.target === target.name && state ? stagedDeploymentOf(state) : null;
      return arn === null ? [] : [{ service: r.service, arn }];
    });
    if (staged.length === 0) return [];
    // What cannot be read now is told after the next look.
    const read = await effects
      .at(target)
      .ecs.serviceDeployments(staged.map(({ arn }) => arn))
      .catch((): StageState[] => []);
    return staged.flatMap(({ service, arn }): Stage[] => {
      const state = read.find((s) => s.arn === arn && s.startedAt >= record.startedAt - 5_000);
      const told = stageTold(state ?? null, service, record.environment);
      return told ? [{ service, target: target.name, ...told }] : [];
    });
  });
  return (await Promise.all(all)).flat();
}

function* progress(
  record: DeployRecord,
  { service, target }: RecordedRollout,
  state: ServiceState | null,
  seen: Set<string>,
  at: number,
): Generator<BafEvent> {
  if (!state) return;
  const primary = primaryOf(state);
  const goesBack = state.deployments.some((d) => primary && d.createdAt > primary.createdAt);
  const tasks = {
    desired: state.desired,
    pending: primary?.pending ?? 0,
    running: primary?.running ?? 0,
    old: state.running - (primary?.running ?? 0),
    ...(goesBack ? { back: true as const } : {}),
  };
  yield { type: 'rollout.progress', at, service, target, tasks };
  for (const event of state.events.toReversed()) {
    if (seen.has(event.id) || event.at < record.startedAt) continue;
    seen.add(event.id);
    const level = /fail|unable|unhealthy|rolling back/.test(event.message) ? 'warn' : 'info';
    yield { type: 'rollout.message', at: event.at, service, target, level, text: event.message };
  }
}

/** The version before serves also where the new one was never begun: the service's own events tell which. */
const saysBack = (record: DeployRecord, { events }: ServiceState): boolean =>
  events.some((e) => e.at >= record.startedAt && /rolling back to deployment/.test(e.message));

const wentBack = (tag: string): Cause => ({
  code: 'RolledBackUnseen',
  message: `ECS went back to ${tag} by itself while nobody waited for it.`,
  advice:
    'Run the same command again, and wait: it tries once more and says what is wrong. Or baf cancel, which writes the tag back.',
});

/** How ECS ended what was under way: the new version serves, or it does not. */
async function settled(
  record: DeployRecord,
  states: readonly Looked[],
  targets: readonly Target[],
  effects: Effects,
): Promise<DeployRecord> {
  const ends = new Map<RecordedRollout, RecordedRollout>();
  for (const target of targets) {
    const here = states.filter(([r, state]) => r.target === target.name && state !== null) as [RecordedRollout, ServiceState][];
    if (here.length === 0) continue;
    const tags = await runningTags(
      effects.at(target).ecs,
      here.map(([, state]) => state),
    );
    for (const [r, state] of here) {
      const serves = tags.get(state.taskDefinitionArn);
      const rollout = primaryOf(state)?.rolloutState;
      if (rollout === 'COMPLETED' && serves === r.to.tag) {
        const to = { tag: r.to.tag, revision: revisionOf(state.taskDefinitionArn) };
        const { service, wave, from } = r;
        ends.set(r, { service, target: r.target, wave, from, to, status: 'succeeded' });
      } else if (
        rollout === 'COMPLETED' &&
        (r.status === 'started' || isOutOfContact(r) || saysBack(record, state)) &&
        r.from &&
        serves === r.from.tag
      )
        ends.set(r, { ...r, status: 'rolled-back', cause: wentBack(r.from.tag) });
      else if (!isOutOfContact(r))
        ends.set(r, { ...r, status: rollout === 'FAILED' ? 'failed' : 'cancelled', to: { tag: r.to.tag } });
    }
  }
  const rollouts = record.rollouts.map(
    (r): RecordedRollout => ends.get(r) ?? (isUnderWay(record, r) && !isOutOfContact(r) ? { ...r, status: 'cancelled' } : r),
  );
  return { ...record, rollouts: rollouts.map((r) => (r.status === 'queued' ? { ...r, status: 'skipped' } : r)) };
}
