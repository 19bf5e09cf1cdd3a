/** CloudWatch alarms that a deployment watches. */
import type { Cell } from '../../service.js';
import { findAlarm } from '../monitoring/state.js';
import type { Configuration } from './configuration.js';

/** Names of a deployment's alarms that are in ALARM now. */
export const alarming = (cell: Cell, { alarms }: Configuration): string[] =>
  alarms?.enable ? (alarms.alarmNames ?? []).filter((name) => findAlarm(cell, name)?.state === 'ALARM') : [];

/** How long alarms are watched after a rolling deployment has come to its end: as long as the slowest of them takes to tell. */
export function watchMs(cell: Cell, { alarms }: Configuration): number {
  if (!alarms?.enable) return 0;
  const seconds = (alarms.alarmNames ?? []).map((name) => {
    const settings = findAlarm(cell, name)?.settings;
    return (settings?.Period ?? 0) * (settings?.EvaluationPeriods ?? 1);
  });
  return Math.max(0, ...seconds) * 1000;
}
