/** A notice as Slack's incoming webhooks take it, and what imitates them: `text` says all by itself, `blocks` are nicer. */
import type { Notice, NoticeRollout } from '../model/notice.js';

export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly object[];
}

/** A section takes 3000 characters; more rollouts than these are read by nobody. */
const LONGEST = 2_900;
const MOST = 10;
/** Of one cause, where there are several: each is to have its place. */
const LONGEST_CAUSE = 700;

const SIGNS: Readonly<Record<Notice['status'], string>> = {
  running: ':rocket:',
  left: ':hourglass_flowing_sand:',
  succeeded: ':white_check_mark:',
  unchanged: ':white_check_mark:',
  failed: ':x:',
  'rolled-back': ':leftwards_arrow_with_hook:',
  partial: ':warning:',
  cancelled: ':no_entry_sign:',
};
const WORDS: Readonly<Record<Notice['status'], string>> = {
  running: 'has started',
  left: 'was left: ECS goes on with what is under way',
  succeeded: 'succeeded',
  unchanged: 'had nothing to change',
  failed: 'failed',
  'rolled-back': 'failed and went back',
  partial: 'succeeded in some targets only',
  cancelled: 'was cancelled',
};

export function slackMessage(notice: Notice): SlackMessage {
  const { moment, failed } = notice;
  const what = `${notice.kind === 'deploy' ? 'Deploy' : 'Rollback'} of ${versionsOf(notice)} to ${notice.environment} by ${notice.by}`;
  const took = notice.finishedAt === null ? '' : ` after ${length(notice.finishedAt - notice.startedAt)}`;
  const title =
    moment === 'failure' && failed
      ? `${failed.service} ${failed.to} failed in ${failed.target} (${notice.environment})`
      : `${what} ${WORDS[notice.status]}${took}`;
  const sign = moment === 'failure' ? ':x:' : SIGNS[notice.status];
  const bad = moment === 'failure' ? (failed ? [failed] : []) : notice.rollouts.filter((r) => r.cause);
  const causes = causesOf(bad, moment === 'failure');
  const lines = [title, ...(moment === 'failure' ? [what] : []), ...causes];
  return {
    text: cut(lines.map(escape).join('\n')),
    blocks: [
      section(`${sign} *${bold(title)}*`),
      ...(causes.length > 0 ? [section(causes.map(escape).join('\n'))] : []),
      { type: 'context', elements: [{ type: 'mrkdwn', text: footer(notice) }] },
    ],
  };
}

const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text: cut(text) } });

/** `ui 1.4.0, catalog 1.3.0 and 2 more`. */
function versionsOf({ rollouts }: Notice): string {
  const all = [...new Set(rollouts.map((r) => `${r.service} ${r.to}`))];
  const shown = all.slice(0, 3).join(', ');
  return all.length > 3 ? `${shown} and ${all.length - 3} more` : shown;
}

/** Those that failed of the same are told together. */
function causesOf(bad: readonly NoticeRollout[], adviceOnly: boolean): string[] {
  const groups = new Map<string, NoticeRollout[]>();
  for (const r of bad) {
    const key = JSON.stringify([r.service, r.cause?.message, r.cause?.advice]);
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const lines = [...groups.values()].map((same) => {
    const { service, to, cause } = same[0]!;
    const where = `${service} ${to} in ${same.map((r) => r.target).join(', ')}: `;
    const advice = cause?.advice ?? '';
    const message = shorten(cause?.message ?? '', groups.size > 1 ? LONGEST_CAUSE - advice.length : LONGEST);
    return `${adviceOnly ? '' : where}${message} ${advice}`.trim();
  });
  return [...lines.slice(0, MOST), ...(lines.length > MOST ? [`and ${lines.length - MOST} more`] : [])].filter(Boolean);
}

function footer({ project, deploy, environment, run, commit }: Notice): string {
  const parts = [
    escape(project),
    `\`${deploy}\``,
    ...(commit === null ? [] : [escape(commit.slice(0, 10))]),
    ...(run !== null && /^https?:\/\//.test(run) ? [`<${link(run)}|CI run>`] : []),
    `\`baf watch ${deploy} --env ${escape(environment)}\``,
  ];
  return cut(parts.join(' · '));
}

/** Slack reads `&`, `<` and `>` as its own signs: a name could be a mention of everybody otherwise. */
export const escape = (text: string): string =>
  oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Inside of bold text, its sign would end it: a zero-width blank keeps it a character. */
const bold = (text: string): string => escape(text).replaceAll('*', '*\u200b');
const link = (address: string): string => escape(address).replaceAll('|', '%7C');
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');

const shorten = (text: string, most: number): string => {
  const end = Math.max(most, LONGEST_CAUSE / 2);
  return text.length <= end ? text : `${text.slice(0, end - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

/** Never in the middle of an escaped sign, or of a pair. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - 1).replace(/&[a-z]{0,4}$|[\ud800-\udbff]$/, '')}…`;
}

function length(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
