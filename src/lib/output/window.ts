/** The live picture: one summary line, the failures, the running rollouts; never more rows or columns than there are. */
import { endText, isBad, tasksText, versions } from './event-text.js';
import { type ProgressState, type RolloutView, type StepView } from './fold.js';
import { preflightTree } from './preflight-view.js';
import { clean, duration, paint, truncate, widthOf, wrap, type Paint } from './style.js';

export interface Look {
  readonly rows: number;
  readonly columns: number;
  readonly now: number;
  readonly color: boolean;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const isDone = (r: RolloutView): boolean => r.state !== 'queued' && r.state !== 'running';

/** One row fewer than the terminal has: the cursor stands in the last one. */
export function window(state: ProgressState, look: Look): string[] {
  const rows = Math.max(1, look.rows - 1);
  const p = paint(look.color);
  const lines = state.title === '' ? [] : [summary(state, look, p)];
  const notice = state.question ?? state.notice;
  if (notice !== null)
    lines.push(
      ...wrap(notice, look.columns)
        .slice(0, rows < 10 ? 1 : 3)
        .map(p.yellow),
    );
  const steps = state.steps.filter((s) => s.state !== 'succeeded' || state.title === '');
  lines.push(...steps.map((s) => stepLine(s, look, p)));

  if (state.preflight !== null && state.title === '') {
    const tree = preflightTree(state.preflight, { color: look.color, columns: look.columns }).map((text) => `  ${text}`);
    const room = rows - lines.length;
    lines.push(...(tree.length > room ? [...tree.slice(0, room - 1), p.dim('  and more: --progress lines, or --json')] : tree));
  }
  const bad = state.rollouts.filter((r) => isBad(r.state));
  // Those that wait for somebody come first.
  const running = state.rollouts
    .filter((r) => r.state === 'running')
    .sort((a, b) => Number(b.pause !== null) - Number(a.pause !== null));
  const rest = state.rollouts.filter((r) => !isBad(r.state) && r.state !== 'running');
  const ordered = [...bad, ...running, ...rest];
  const needed = ordered.length + bad.filter((r) => r.cause).length + running.filter((r) => r.pause).length;
  // Room that is left over goes to what the running ones say.
  let spare = rows - lines.length - needed;
  const fits = spare >= 0;
  let room = rows - lines.length - (fits ? 0 : 1);
  let shown = 0;
  for (const r of ordered) {
    const own = [line(r, look, p)];
    if (isBad(r.state) && r.cause) own.push(`      ${clean(r.cause.message)}`);
    const said = isBad(r.state) ? r.cause?.logs?.at(-1) : undefined;
    if (said !== undefined && spare > 0) {
      own.push(p.dim(`      log: ${clean(said)}`));
      spare--;
    }
    if (r.state === 'running' && r.pause !== null) own.push(p.yellow(`      ${clean(r.pause)}`));
    else if (r.state === 'running' && r.message !== null && spare > 0) {
      own.push(p.dim(`      ${r.message}`));
      spare--;
    }
    // Short of room at the end, what went well is only counted.
    if (own.length > room || (!fits && state.outcome !== null && !isBad(r.state))) break;
    lines.push(...own);
    room -= own.length;
    shown++;
  }
  if (shown < ordered.length) lines.push(p.dim(`  and ${ordered.length - shown} more: ${counts(ordered.slice(shown))}`));
  return lines.slice(0, rows).map((text) => truncate(text, look.columns));
}

const frame = (now: number): string => frames[Math.floor(now / 1000) % frames.length] ?? frames[0]!;

function counts(rollouts: readonly RolloutView[]): string {
  const by = new Map<string, number>();
  for (const { state } of rollouts) by.set(state, (by.get(state) ?? 0) + 1);
  return [...by].map(([state, count]) => `${count} ${state}`).join(', ');
}

function summary(state: ProgressState, look: Look, { bold, red, dim }: Paint): string {
  const total = state.rollouts.length;
  const done = state.rollouts.filter(isDone).length;
  const wrong = (['failed', 'rolled-back'] as const).flatMap((end) => {
    const count = state.rollouts.filter((r) => r.state === end).length;
    return count > 0 ? [red(`${count} ${end === 'failed' ? 'failed' : 'rolled back'}`)] : [];
  });
  const wave = state.waves > 1 ? `, wave ${state.wave + 1}/${state.waves}` : '';
  const baking =
    state.bakingUntil !== null && state.bakingUntil > look.now ? `, baking ${duration(state.bakingUntil - look.now)}` : '';
  const end = state.outcome ? Date.parse(state.outcome.finishedAt) : look.now;
  const time = state.startedAt === null ? '' : `  ${dim(duration(end - state.startedAt))}`;
  return `${bold(clean(state.title))}${total > 0 ? `  ${done}/${total} done` : ''}${wrong.map((text) => `, ${text}`).join('')}${wave}${baking}${time}`;
}

function stepLine(step: StepView, look: Look, { cyan, green, red }: Paint): string {
  const sign = step.state === 'started' ? cyan(frame(look.now)) : step.state === 'failed' ? red('✗') : green('✓');
  return `  ${sign} ${clean(step.name)}${step.detail ? ` ${clean(step.detail)}` : ''}${step.state === 'failed' ? ' failed' : ''}`;
}

function line(r: RolloutView, look: Look, { green, red, yellow, dim, cyan }: Paint): string {
  const sign = {
    queued: () => dim('·'),
    running: () => cyan(frame(look.now)),
    succeeded: () => green('✓'),
    unchanged: () => dim('='),
    started: () => cyan('→'),
    failed: () => red('✗'),
    'rolled-back': () => red('↩'),
    skipped: () => dim('-'),
    cancelled: () => yellow('■'),
  }[r.state]();
  const time = r.startedAt === null ? '' : ` ${dim(duration((r.endedAt ?? look.now) - r.startedAt))}`;
  const what =
    r.state === 'running'
      ? [
          r.pause !== null ? 'paused' : null,
          r.stage ?? (r.tasks && r.step === 'watching' ? null : r.step),
          r.tasks ? tasksText(r.tasks) : null,
        ]
          .filter((part) => part !== null)
          .join(', ') || 'started'
      : r.state === 'queued'
        ? r.state
        : clean(endText({ ...r, status: r.state }));
  const left = `  ${sign} ${clean(r.service)} ${dim(clean(r.target))} ${clean(versions(r.from, r.to))}: ${what}`;
  // How long it takes already is said whatever has no room.
  return `${truncate(left, look.columns - widthOf(time))}${time}`;
}
