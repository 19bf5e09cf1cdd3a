/** The events that a record tells: those of the deploying process, so far as they were written down. */
import { minuteOf } from '../locks/refusal.js';
import type { BafEvent } from '../model/event.js';
import { isUnderWay } from './outcome.js';
import type { DeployRecord } from './record.js';

/** That nobody goes on with it, and what to type. */
export const goneText = (record: DeployRecord): string =>
  record.state === 'left'
    ? `${record.by} left this deploy: ECS goes on with what is under way. The same command takes it up; baf cancel ${record.id} --env ${record.environment} goes back.`
    : `The process of this deploy seems gone: its last sign was at ${minuteOf(new Date(record.beatAt).toISOString())}. The same command takes it up; baf cancel ${record.id} --env ${record.environment} goes back.`;

/** What the deploying process said when it began. */
export function* tellOpening(record: DeployRecord, at: number): Generator<BafEvent> {
  const waves = Math.max(0, ...record.rollouts.map((r) => r.wave + 1));
  const of = (wave: number) => record.rollouts.filter((r) => r.wave === wave);
  yield {
    type: 'deploy.started',
    at: record.startedAt,
    id: record.id,
    kind: 'deploy',
    name: record.environment,
    environment: record.environment,
    waves: Array.from({ length: waves }, (_, wave) => ({
      targets: [...new Set(of(wave).map((r) => r.target))],
      services: [...new Set(of(wave).map((r) => r.service))],
    })),
  };
  for (const { service, target, wave, from, to } of record.rollouts)
    yield { type: 'rollout.queued', at, service, target, wave, from, to };
  const cut = Object.values(record.cut).reduce((sum, count) => sum + count, 0);
  if (cut > 0) yield { type: 'warning', at, text: `${cut} rollouts had no room in the record: they are not shown.` };
}

/** What has changed since an older reading of it; since its beginning, where there is none. */
export function* tellChanges(before: DeployRecord | null, record: DeployRecord, at: number): Generator<BafEvent> {
  if (record.wave !== before?.wave) {
    const targets = record.rollouts.filter((r) => r.wave === record.wave).map((r) => r.target);
    yield { type: 'wave.started', at, wave: record.wave, targets: [...new Set(targets)] };
  }
  for (const r of record.rollouts) {
    const { service, target, status, from, to, cause } = r;
    const was = before?.rollouts.find((other) => other.service === service && other.target === target);
    const wasUnderWay = was !== undefined && isUnderWay(before!, was);
    if (isUnderWay(record, r)) {
      if (!wasUnderWay) yield { type: 'rollout.started', at, service, target };
    } else if (status !== 'queued' && status !== 'running' && (status !== was?.status || wasUnderWay))
      yield { type: 'rollout.ended', at, service, target, status, from, to, ...(cause ? { cause } : {}) };
  }
}
