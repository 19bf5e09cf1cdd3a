/** A plan as a person reads it, and as JSON: what changes in which target, wave by wave; equal targets are told once. */
import type { Affected } from '../rollout/affected.js';
import type { Difference } from '../rollout/diff/difference.js';
import { hooksOf } from '../rollout/hooks.js';
import type { ServiceSpec } from '../model/service.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { startOrder } from '../rollout/schedule.js';
import { strategies } from '../rollout/strategies/index.js';
import { differenceText } from './difference-view.js';
import { hookLines } from './hooks-view.js';
import { versions } from './event-text.js';
import { duration, pad, paint, targetsText, truncate, widthOf, wrap } from './style.js';

export function planJson(plan: DeployPlan, affected: readonly Affected[] = []): object {
  return {
    environment: plan.environment,
    waves: plan.waves.map((wave) => ({
      bakeMs: wave.bakeMs,
      rollouts: wave.rollouts.map((r) => ({
        service: r.service.name,
        target: r.target.name,
        action: r.action,
        from: r.from,
        to: r.to,
        changes: r.changes,
        differences: r.differences,
        stack: r.stackChange && r.stack ? { name: r.stack.name, ...r.stackChange } : null,
        found: r.found,
        hooks: hooksOf(plan, r),
      })),
    })),
    affected,
  };
}

interface Look {
  readonly color: boolean;
  readonly columns: number;
}

/** @param problems what pre-flight found, with which a deploy is refused */
export function renderPlan(plan: DeployPlan, look: Look, affected: readonly Affected[] = [], problems = 0): string {
  const { bold, dim, green, red, yellow } = paint(look.color);
  const width = Math.max(40, look.columns);
  const all = startOrder(servicesOf(plan)).flatMap(({ name }) =>
    plan.waves.flatMap((w) => w.rollouts.filter((r) => r.service.name === name)),
  );
  const changed = all.filter((r) => r.action !== 'unchanged');
  const lines = [bold(`Plan for ${plan.environment}`)];
  plan.waves.forEach((wave, index) => {
    lines.push(`wave ${index + 1}${wave.bakeMs ? `, then ${duration(wave.bakeMs)} bake` : ''}`);
    for (const group of grouped(all.filter((r) => wave.rollouts.includes(r) && r.action !== 'unchanged'))) {
      const r = group[0]!;
      const sign = r.action === 'create' ? green('+') : yellow('~');
      const what = `: ${r.from ? versions(r.from, r.to) : `new -> ${r.to.tag}`} (${r.changes.join(', ')})`;
      const left = `  ${sign} ${r.service.name} in `;
      const targets = targetsText(
        group.map((one) => one.target.name),
        width - widthOf(left) - what.length,
      );
      lines.push(truncate(`${left}${targets}${what}`, width));
    }
    lines.push(...unchanged(wave.rollouts, width).map(dim));
  });
  const services = [...new Set(changed.map((r) => r.service.name))];
  const most = Math.max(LEAST, Math.floor(ROOM / services.length));
  for (const service of services) {
    const own = changed.filter((r) => r.service.name === service);
    lines.push(...detail(service, own, services, { ...look, columns: width, most }));
  }
  lines.push(...hookLines(plan, width));
  for (const { service, neededBy } of affected)
    if (neededBy.length > 0) lines.push(truncate(`${service} is needed by ${neededBy.join(', ')}`, width));
  const count = changed.length;
  lines.push(count === 0 ? 'Nothing to do.' : `${count} rollout${count === 1 ? '' : 's'} to do.`);
  if (problems > 0)
    lines.push(red(`It would be refused as it is: pre-flight found ${problems} problem${problems === 1 ? '' : 's'}.`));
  return lines.join('\n');
}

/** Rollouts of one wave that are told by one line. */
function grouped(rollouts: readonly PlannedRollout[]): PlannedRollout[][] {
  const groups = new Map<string, PlannedRollout[]>();
  for (const r of rollouts) {
    const key = [r.service.name, r.action, r.from?.tag, r.to.tag, ...r.changes].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  return [...groups.values()];
}

function unchanged(rollouts: readonly PlannedRollout[], width: number): string[] {
  const same = rollouts.filter((r) => r.action === 'unchanged');
  if (same.length === 0) return [];
  const services = [...new Set(same.map((r) => r.service.name))];
  const targets = [...new Set(same.map((r) => r.target.name))];
  const left = `  = ${services.join(', ')} in `;
  return [truncate(`${left}${targetsText(targets, width - widthOf(left) - 11)}: unchanged`, width)];
}

/** In the order in which they begin in a target. */
const servicesOf = (plan: DeployPlan): ServiceSpec[] => [
  ...new Map(plan.waves.flatMap((w) => w.rollouts.map((r) => [r.service.name, r.service] as const))).values(),
];

/** Lines of all services together, and of one at least; --json has all. */
const ROOM = 60;
const LEAST = 8;

/** What changes in a service, each change once, with the targets where it is not in all of them. */
function detail(
  service: string,
  rollouts: readonly PlannedRollout[],
  changing: readonly string[],
  look: Look & { readonly most: number },
): string[] {
  const { dim, green, red, yellow } = paint(look.color);
  const width = look.columns;
  const paints = { '+': green, '-': red, '~': yellow };
  const found = new Map<string, { sign: '+' | '-' | '~'; what: string; change: string; targets: string[] }>();
  for (const r of rollouts)
    for (const text of textsOf(r)) {
      const key = `${text.sign} ${text.what}\n${text.change}`;
      const held = found.get(key) ?? { ...text, targets: [] };
      found.set(key, held);
      if (!held.targets.includes(r.target.name)) held.targets.push(r.target.name);
    }
  const how = howItGoes(rollouts[0]!, changing);
  if (found.size === 0 && how === '') return [];
  const all = [...found.values()];
  const shown = all.length > look.most ? all.slice(0, look.most - 1) : all;
  const column = Math.min(
    32,
    shown.reduce((most, { what }) => Math.max(most, widthOf(what)), 0),
  );
  const lines = shown.map(({ sign, what, change, targets }) => {
    const where = targets.length < rollouts.length ? ` in ${targetsText(targets, 40)}` : '';
    const left = `  ${paints[sign](sign)} ${pad(what, column)}  `;
    return `${left}${truncate(change, Math.max(12, width - widthOf(left) - widthOf(where)))}${dim(where)}`;
  });
  const targets = new Set(rollouts.map((r) => r.target.name)).size;
  const rest = all.length - shown.length;
  return [
    ...wrap(`${service}${targets > 1 ? ` in ${targets} targets` : ''}${how}`, width - 4).map((line, i) =>
      i === 0 ? line : `    ${line}`,
    ),
    ...lines.map((line) => truncate(line, width)),
    ...(rest > 0 ? [dim(`    and ${rest} more: --json`)] : []),
  ];
}

/** How the new version comes in where it is not as everybody expects, what watches it, and what it waits for. */
function howItGoes({ service, changes, action }: PlannedRollout, changing: readonly string[]): string {
  const { deploy, needs } = service;
  const words = strategies[deploy.strategy].inWords(deploy);
  const comesIn = action === 'create' || changes.includes('task definition');
  const after = needs.filter((need) => changing.includes(need));
  return [
    ...(words === '' || !comesIn ? [] : [`, ${deploy.strategy}: ${words}`]),
    ...(deploy.alarms.length > 0 ? [`; alarms ${deploy.alarms.join(', ')}`] : []),
    ...(after.length > 0 ? [`; after ${after.join(', ')}`] : []),
  ].join('');
}

function textsOf(r: PlannedRollout): { sign: '+' | '-' | '~'; what: string; change: string }[] {
  const containers = (r.rendered.taskDefinition['containerDefinitions'] ?? []) as { name: string }[];
  const only = containers.length === 1 ? containers[0]!.name : null;
  const list: readonly Difference[] = r.differences ? [...r.differences.taskDefinition, ...r.differences.service] : [];
  const signs = { add: '+', remove: '-', modify: '~' } as const;
  const ofStack = r.stackChange?.changes ?? [];
  return [
    ...list.map((difference) => differenceText(difference, only)),
    // All of a new stack is new: its number of resources says it.
    ...(r.stackChange?.action === 'create'
      ? [{ sign: '+' as const, what: 'stack', change: `${ofStack.length} resources` }]
      : ofStack.map(({ action, logicalId, type, replacement }) => ({
          sign: signs[action as keyof typeof signs] ?? '~',
          what: `stack, ${logicalId}`,
          change: `${type}${replacement ? ', replaced' : ''}`,
        }))),
  ];
}
