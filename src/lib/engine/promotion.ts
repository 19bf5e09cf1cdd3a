/** The record of a promotion under way, in the home target of where it goes: written before the first tag. */
import { promotionParameter } from '../tags/names.js';
import { formatPromotion, parsePromotion, type PromotionRecord } from '../tags/promotion.js';
import type { Effects } from './effects.js';
import type { PinPlace } from './pins.js';

/** Ten parameters are one call, and room for about a thousand services. */
const MOST_PARTS = 10;

/** The last one, where it was not finished. */
export async function openPromotion({ environment, home }: PinPlace, effects: Effects): Promise<PromotionRecord | null> {
  const names = Array.from({ length: MOST_PARTS }, (_, index) => promotionParameter(environment, index + 1));
  const found = await effects.at(home).ssm.get(names);
  const values = names.flatMap((name) => found.find((p) => p.name === name)?.value ?? []);
  const record = parsePromotion(values);
  return record && !record.done ? record : null;
}

/** The first part last: a record is there when all of it is. */
export async function savePromotion({ environment, home }: PinPlace, record: PromotionRecord, effects: Effects): Promise<void> {
  const parts = formatPromotion(record);
  // What is done is marked in the first part alone.
  const last = record.done ? 0 : parts.length - 1;
  for (let index = last; index >= 0; index--) {
    await effects.at(home).ssm.put(promotionParameter(environment, index + 1), parts[index]!, {
      description: `baf: ${record.done ? 'the last promotion' : 'a promotion under way'} to ${environment}`,
    });
  }
}
