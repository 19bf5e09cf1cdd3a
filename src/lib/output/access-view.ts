/** Requests for access, as a person reads them. */
import type { AccessState, AccessView } from '../model/access.js';
import { clean, duration, paint, table, truncate, wrap, type Paint } from './style.js';

interface Look {
  readonly color: boolean;
  readonly columns: number;
  readonly now: number;
}

const tinted = ({ green, yellow, red, dim }: Paint, state: AccessState): string =>
  ({ requested: yellow, approved: green, denied: red, revoked: dim, expired: dim })[state](state);

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

function ends(view: AccessView, now: number): string {
  if (view.state === 'approved') return `until ${minute(view.until!)} (${duration(Date.parse(view.until!) - now)} left)`;
  if (view.state === 'requested') return `for ${duration(view.forSeconds * 1000)}`;
  return minute(view.history.at(-1)!.at);
}

export function renderAccess(view: AccessView, look: Look): string {
  const colors = paint(look.color);
  const { bold, dim, yellow } = colors;
  const head = `${bold(view.id)} ${tinted(colors, view.state)}  ${clean(view.requester)} in ${view.environment}, ${ends(view, look.now)}`;
  const notYet = view.state === 'approved' && !view.inForce ? [yellow('  not in force in every account yet')] : [];
  const reason = wrap(view.reason, Math.max(20, look.columns - 2)).map((line) => `  ${line}`);
  const history = view.history.map((change) => {
    const by = change.by === null ? '' : ` by ${clean(change.by)}`;
    const why = change.reason === null || change.state === 'requested' ? '' : `: ${clean(change.reason)}`;
    return dim(truncate(`  ${minute(change.at)}  ${change.state}${by}${why}`, Math.max(40, look.columns)));
  });
  return [head, ...notYet, ...reason, ...history].join('\n');
}

export function renderAccessList(views: readonly AccessView[], look: Look): string {
  if (views.length === 0) return 'Nobody has access on demand, and nobody waits for it (baf access ls --all shows the past).';
  const colors = paint(look.color);
  const head = ['ID', 'ENV', 'WHO', 'STATE', 'WHEN', 'REASON'].map((text) => colors.bold(text));
  const body = views.map((view) => [
    view.id,
    view.environment,
    clean(view.requester),
    tinted(colors, view.state),
    ends(view, look.now),
    clean(view.reason),
  ]);
  return table([head, ...body], look.columns);
}
