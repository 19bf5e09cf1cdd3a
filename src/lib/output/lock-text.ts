/** What progress says of locks and freezes: one line each. */
import { describe, minuteOf } from '../locks/refusal.js';
import type { BafEvent } from '../model/event.js';
import { clean } from './style.js';

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
