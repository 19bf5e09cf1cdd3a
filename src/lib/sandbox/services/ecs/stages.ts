/** Deployments by stages: BLUE_GREEN, CANARY and LINEAR, with both revisions beside each other until the clean-up. */
import { AwsError } from '../../service.js';
import { configurationOf, type Configuration } from './configuration.js';
import { failDeployment, lastCompleted } from './deployments.js';
import { passHooks, refusedCause, type Gate } from './hooks.js';
import { roll, TICK_MS } from './rolling.js';
import { shiftProduction, shiftTest } from './stage-traffic.js';
import { isHealthy, isPending, type Deployment, type DeploymentRecord, type Stage } from './state.js';
import { replaceUnhealthy, startMissing, stopTasks } from './workforce.js';
import { crewOf, type Shop } from './crew.js';

const order: readonly Stage[] = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
];
const minutes = (n: number): number => n * 60_000;

/** What a stage waits for: it is over (`done`), or goes on until `until` at least, or ends the deployment. */
type Progress = { done: true } | { done: false; until: number | null } | { done: false; failed: string };
const done: Progress = { done: true };

/** One look at a deployment by stages; returns when the next is due. */
export function stepStages(shop: Shop, record: DeploymentRecord, green: Deployment): number | null {
  const { cell, world, service, now } = shop;
  const blue = lastCompleted(service, green);
  if (record.stage === null) {
    record.stage = begin(shop, record);
    return now + TICK_MS / 2;
  }
  if (record.stage === 'CLEAN_UP') return roll(shop, green, false);
  const busy = keepUp(shop, record.stage, green, blue);
  let progress: Progress;
  try {
    progress = stepOf(shop, record, record.stage, green, blue);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    progress = {
      done: false,
      failed: `Service deployment rolled back because of invalid networking configuration. ${error.message}`,
    };
  }
  if ('failed' in progress) {
    failDeployment(cell, world, service, { reason: progress.failed, event: null, cause: progress.failed, rollback: true }, now);
    return now + 1_000;
  }
  if (progress.done) {
    enter(record, order[order.indexOf(record.stage) + 1]!, now);
    return now + TICK_MS;
  }
  if (busy || progress.until === null || configurationOf(service).alarms?.enable) return now + TICK_MS;
  return Math.max(progress.until, now + 1);
}

function begin(shop: Shop, record: DeploymentRecord): Stage {
  const several = shop.service.deployments.filter((d) => d.status === 'ACTIVE').length > 1;
  record.stageSince = shop.now;
  return several ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP';
}

function enter(record: DeploymentRecord, stage: Stage, now: number): void {
  record.stage = stage;
  record.stageSince = now;
  record.updatedAt = now;
}

/** Both revisions are kept at the desired count; what is neither of them goes. Returns whether anything is under way. */
function keepUp(shop: Shop, stage: Stage, green: Deployment, blue: Deployment | undefined): boolean {
  const { service, now } = shop;
  const kept = [blue, order.indexOf(stage) >= order.indexOf('SCALE_UP') ? green : undefined].filter((d) => d !== undefined);
  let busy = false;
  const strays = crewOf(shop, green).old.filter((t) => t.deployment !== blue?.id);
  stopTasks(shop, strays);
  for (const deployment of kept) {
    const others = crewOf(shop, deployment).old.length;
    const upper = service.desired * 2 + others;
    busy = replaceUnhealthy(shop, deployment, upper) || busy;
    const { good } = crewOf(shop, deployment);
    const extra = [...good]
      .sort((a, b) => Number(isHealthy(a, now)) - Number(isHealthy(b, now)))
      .slice(0, Math.max(0, good.length - service.desired));
    stopTasks(shop, extra);
    busy = startMissing(shop, deployment, upper) > 0 || extra.length > 0 || busy;
    const { own } = crewOf(shop, deployment);
    busy = own.length !== service.desired || own.some((t) => isPending(t) || !isHealthy(t, now)) || busy;
  }
  return busy || strays.length > 0;
}

function stepOf(shop: Shop, record: DeploymentRecord, stage: Stage, green: Deployment, blue: Deployment | undefined): Progress {
  const { cell, world, service, now } = shop;
  switch (stage) {
    case 'SCALE_UP': {
      const { good } = crewOf(shop, green);
      const up = good.length === service.desired && good.every((t) => isHealthy(t, now));
      return up ? done : { done: false, until: null };
    }
    case 'TEST_TRAFFIC_SHIFT':
      if (record.testWeight === 0) shiftTest(cell, world, record, green, now);
      return waitFor(passHooks(world, record, stage, 0, now));
    case 'PRODUCTION_TRAFFIC_SHIFT':
      return shift(shop, record, green, blue);
    case 'BAKE_TIME': {
      const over = record.stageSince + minutes(configurationOf(service).bakeTimeInMinutes ?? 0);
      return now >= over ? done : { done: false, until: over };
    }
    default:
      return waitFor(passHooks(world, record, stage, 0, now));
  }
}

function waitFor(gate: Gate): Progress {
  if (gate.open) return done;
  return 'refused' in gate ? { done: false, failed: refusedCause(gate.refused) } : { done: false, until: gate.until };
}

/** Production traffic goes over in one step, in two (CANARY), or in equal ones (LINEAR), with a wait between them. */
function shift({ cell, world, now }: Shop, record: DeploymentRecord, green: Deployment, blue: Deployment | undefined): Progress {
  const plan = planOf(record.configuration as Configuration, blue !== undefined);
  if (record.shifts > 0) {
    const after = waitFor(passHooks(world, record, 'PRODUCTION_TRAFFIC_SHIFT', record.shifts, now));
    if (!after.done) return after;
    if (record.productionWeight >= 100) return done;
    const over = record.shiftedAt! + minutes(plan.wait);
    if (now < over) return { done: false, until: over };
  }
  const before = waitFor(passHooks(world, record, 'PRE_PRODUCTION_TRAFFIC_SHIFT', record.shifts, now));
  if (!before.done) return before;
  shiftProduction(cell, world, record, green, plan.weightAfter(record.shifts), now);
  record.updatedAt = now;
  return { done: false, until: null };
}

export interface ShiftPlan {
  /** Share of production traffic after that many shifts and one more, percent. */
  weightAfter(shifts: number): number;
  /** Minutes between two shifts. */
  readonly wait: number;
}

export function planOf(
  { strategy, canaryConfiguration: canary, linearConfiguration: linear }: Configuration,
  serving: boolean,
): ShiftPlan {
  if (serving && strategy === 'CANARY')
    return {
      weightAfter: (shifts) => (shifts === 0 ? (canary?.canaryPercent ?? 5) : 100),
      wait: canary?.canaryBakeTimeInMinutes ?? 10,
    };
  if (serving && strategy === 'LINEAR')
    return {
      weightAfter: (shifts) => Math.min(100, Math.round((shifts + 1) * (linear?.stepPercent ?? 10) * 10) / 10),
      wait: linear?.stepBakeTimeInMinutes ?? 6,
    };
  return { weightAfter: () => 100, wait: 0 };
}
