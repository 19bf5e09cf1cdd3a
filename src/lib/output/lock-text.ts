/** What progress says of locks and freezes, and of what they led to: one line each. */
import { describe, minuteOf } from '../locks/refusal.js';
import type { BafEvent } from '../model/event.js';
import type { PlannedChange } from '../model/plan-change.js';
import { clean, targetsText } from './style.js';

type Of<T extends BafEvent['type']> = Extract<BafEvent, { type: T }>;

/** Who has it, what for, since when, and how many go before. */
export function waitingText({ holders, ahead, services }: Of<'lock.waiting'>): string {
  const held = holders.map((h) => `${h.service} is locked by ${describe(h)}${h.run ? ` ${h.run}` : ''}`);
  const before = ahead.map((a) => `${describe(a)} waits for ${a.services.join(', ')}`);
  const texts = [...held, ...(before.length > 0 ? [`${before.length} ahead: ${before.join('; ')}`] : [])];
  return clean(`waiting for ${services.join(', ')}: ${texts.join('; ')}`);
}

export const keptText = ({ services, untilAt }: Of<'lock.kept'>): string =>
  `the lock of ${services.join(', ')} could not be given back: it is free by itself soon after ${minuteOf(new Date(untilAt).toISOString())}`;

export const overriddenText = ({ freezes, reason }: Of<'freeze.overridden'>): string =>
  clean(`freeze overridden (${reason}): ${freezes.join('; ')}`);

export const lostText = ({ environment, service, by }: Of<'lock.lost'>): string =>
  clean(`the lock of ${service} in ${environment} was taken over${by ? ` by ${by}` : ''}: nothing more is written`);

/** What is the same in many targets is told once. */
export function planChangedText({ changes, asks }: Of<'plan.changed'>): string {
  const groups = new Map<string, string[]>();
  for (const { service, target, was, now } of changes) {
    const key = `${service}: ${planned(was)} is now ${planned(now)}`;
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  const texts = [...groups].map(([text, targets]) => `${text} in ${targetsText(targets, 60)}`);
  const changed = `the plan changed while others had the lock: ${texts.join('; ')}`;
  return clean(asks ? `Press y to go on, n to stop (nothing was touched): ${changed}` : changed);
}

/** `1.3.0 -> 1.4.0`, and what else differs. */
function planned(change: PlannedChange | null): string {
  if (change === null) return 'left alone';
  const { action, from, to, changes } = change;
  if (action === 'unchanged') return `unchanged (${to.tag})`;
  // Where the tag differs the rest follows from it.
  const rest = changes.includes('tag') ? [] : changes;
  return `${from && from.tag !== to.tag ? `${from.tag} -> ${to.tag}` : to.tag}${rest.length > 0 ? ` (${rest.join(', ')})` : ''}`;
}
