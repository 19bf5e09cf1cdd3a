/** A notice as the detail of an EventBridge event: schemas/baf.event.schema.json is made from this definition. */
import * as z from 'zod/mini';
import { about } from '../config/definition-words.js';
import type { Notice, NoticeMoment, NoticeRollout } from '../model/notice.js';

export const EVENT_SOURCE = 'baf';
export const DETAIL_TYPES: Readonly<Record<NoticeMoment, string>> = {
  start: 'Deploy Started',
  failure: 'Rollout Failed',
  end: 'Deploy Ended',
};

const time = (text: string) => about(z.string(), `${text}; ISO 8601 in UTC`);
const cause = z.strictObject({
  code: about(z.string(), 'stable'),
  message: about(z.string(), 'what happened'),
  advice: about(z.string(), 'what to do about it'),
});
const rollout = z.strictObject({
  service: z.string(),
  target: about(z.string(), 'account/region'),
  status: z.enum(['queued', 'running', 'succeeded', 'unchanged', 'started', 'failed', 'rolled-back', 'skipped', 'cancelled']),
  from: about(z.nullable(z.string()), 'tag that was there before; null where the service is new'),
  to: about(z.string(), 'tag'),
  cause: z.optional(cause),
});

export const detailDefinition = z.strictObject({
  version: about(z.literal(1), 'of this shape; fields are only ever added'),
  platform: z.string(),
  project: z.string(),
  environment: z.string(),
  deploy: about(z.string(), 'id; baf watch and baf history know it'),
  kind: z.enum(['deploy', 'rollback']),
  status: about(
    z.enum(['running', 'left', 'succeeded', 'unchanged', 'failed', 'rolled-back', 'partial', 'cancelled']),
    'left: the deploying process ended, and ECS goes on with what is under way',
  ),
  by: about(z.string(), 'who deploys'),
  commit: z.nullable(z.string()),
  run: about(z.nullable(z.string()), 'address of the CI run'),
  startedAt: time('when the deploy began'),
  finishedAt: z.nullable(time('when it ended')),
  services: about(z.array(z.string()), 'names, for rules to match'),
  targets: about(z.array(z.string()), 'account/region, for rules to match'),
  failed: about(z.nullable(rollout), 'in Rollout Failed: the first that failed'),
  rollouts: z.array(rollout),
  notListed: about(z.int().check(z.minimum(0)), 'rollouts that had no room in the event'),
});
export type Detail = z.infer<typeof detailDefinition>;

/** An event has 256 KB, its envelope included. */
const MOST_BYTES = 200_000;
const LONGEST_TEXT = 2_000;

/** With as many rollouts as there is room for: those that failed first, those that changed nothing last. */
export function detailOf(notice: Notice): Detail {
  const { platform, project, environment, deploy, kind, status, by, commit, run, startedAt, finishedAt, failed } = notice;
  const rollouts = notice.rollouts.map(shortened).toSorted((a, b) => interest(a) - interest(b));
  const bytes = new TextEncoder();
  let size = 0;
  const listed = rollouts.filter((one) => (size += bytes.encode(JSON.stringify(one)).length + 1) <= MOST_BYTES);
  return {
    ...{ version: 1, platform, project, environment, deploy, kind, status, by, commit, run },
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    services: [...new Set(notice.rollouts.map((r) => r.service))],
    targets: [...new Set(notice.rollouts.map((r) => r.target))],
    failed: failed && shortened(failed),
    rollouts: listed,
    notListed: rollouts.length - listed.length,
  };
}

const interest = (r: NoticeRollout): number => (r.cause ? 0 : r.status === 'unchanged' ? 2 : 1);
const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text);
const shortened = ({ cause: found, ...rest }: NoticeRollout): NoticeRollout => ({
  ...rest,
  ...(found ? { cause: { code: found.code, message: cut(found.message), advice: cut(found.advice) } } : {}),
});
