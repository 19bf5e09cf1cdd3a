/** The live picture: one summary line, the failures, the running rollouts; never more rows or columns than there are. */
import { duration, paint, truncate } from './style.js';
import { tasksText, versions, type ProgressState, type RolloutView } from './fold.js';

export interface Look {
  readonly rows: number;
  readonly columns: number;
  readonly now: number;
  readonly color: boolean;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const isBad = (r: RolloutView): boolean => r.state === 'failed' || r.state === 'rolled-back';
const isDone = (r: RolloutView): boolean => r.state !== 'queued' && r.state !== 'running';

export function window(state: ProgressState, look: Look): string[] {
  const rows = Math.max(1, look.rows - 1);
  const { dim, yellow } = paint(look.color);
  const lines = [summary(state, look)];
  if (state.notice) lines.push(yellow(state.notice));
  if (state.step) lines.push(`  ${frame(look.now)} ${state.step}`);
  const bad = state.rollouts.filter(isBad);
  const running = state.rollouts.filter((r) => r.state === 'running');
  const rest = state.rollouts.filter((r) => !isBad(r) && r.state !== 'running');
  const important = [...bad.flatMap((r) => failure(r, look)), ...running.map((r) => line(r, look))];
  const room = rows - lines.length;
  if (important.length > room) {
    const shown = important.slice(0, Math.max(0, room - 1));
    lines.push(...shown, ...(room > 0 ? [dim(`  and ${important.length - shown.length} more`)] : []));
  } else {
    lines.push(...important);
    const left = rows - lines.length;
    const others = rest.map((r) => line(r, look));
    lines.push(
      ...(others.length <= left
        ? others
        : left > 0
          ? [...others.slice(0, left - 1), dim(`  and ${others.length - left + 1} more`)]
          : []),
    );
  }
  return lines.slice(0, rows).map((text) => truncate(text.replace(/[\r\n]+/g, ' '), look.columns));
}

const frame = (now: number): string => frames[Math.floor(now / 1000) % frames.length]!;

function summary(state: ProgressState, look: Look): string {
  const { bold, red, dim } = paint(look.color);
  const total = state.rollouts.length;
  const done = state.rollouts.filter(isDone).length;
  const bad = state.rollouts.filter(isBad).length;
  const wave = state.waves > 1 ? `, wave ${state.wave + 1}/${state.waves}` : '';
  const baking =
    state.bakingUntil !== null && state.bakingUntil > look.now ? `, baking ${duration(state.bakingUntil - look.now)}` : '';
  const time = state.startedAt === null ? '' : `  ${dim(duration(look.now - state.startedAt))}`;
  return `${bold(state.title)}${total > 0 ? `  ${done}/${total} done` : ''}${bad > 0 ? `, ${red(`${bad} failed`)}` : ''}${wave}${baking}${time}`;
}

function line(r: RolloutView, look: Look): string {
  const { green, red, yellow, dim, cyan } = paint(look.color);
  const sign = {
    queued: dim('·'),
    running: cyan(frame(look.now)),
    succeeded: green('✓'),
    unchanged: dim('='),
    failed: red('✗'),
    'rolled-back': red('↩'),
    skipped: dim('-'),
    cancelled: yellow('■'),
  }[r.state];
  const time = r.startedAt === null ? '' : ` ${dim(duration((r.endedAt ?? look.now) - r.startedAt))}`;
  const what = r.state === 'running' ? [r.step, r.tasks ? tasksText(r.tasks) : null].filter(Boolean).join(', ') : r.state;
  return `  ${sign} ${r.service} ${dim(r.target)} ${versions(r.from, r.to)}: ${what}${time}`;
}

const failure = (r: RolloutView, look: Look): string[] => [line(r, look), ...(r.cause ? [`      ${r.cause.message}`] : [])];
