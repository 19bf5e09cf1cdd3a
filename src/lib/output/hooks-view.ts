/** The hooks of a plan as a person reads them: each once, with where it runs. */
import type { CheckHook, TaskHook } from '../model/hooks.js';
import { hooksOf } from '../rollout/hooks.js';
import type { DeployPlan } from '../rollout/plan.js';
import { clean, targetsText, truncate } from './style.js';

export function hookLines(plan: DeployPlan, width: number): string[] {
  const found = new Map<string, string[]>();
  for (const rollout of plan.waves.flatMap((wave) => wave.rollouts)) {
    const { before, after } = hooksOf(plan, rollout);
    for (const text of [...before.map((hook) => `before: ${what(hook)}`), ...after.map((hook) => `after: ${what(hook)}`)]) {
      const key = `${rollout.service.name} ${text}`;
      found.set(key, [...(found.get(key) ?? []), rollout.target.name]);
    }
  }
  return [...found].map(([text, targets]) => truncate(`${clean(text)} in ${targetsText(targets, 40)}`, width));
}

function what(hook: TaskHook | CheckHook): string {
  if (hook.kind === 'http') return `${hook.name}${hook.name.includes(hook.path) ? '' : ` (GET ${hook.path})`}`;
  const command = hook.command.join(' ');
  return `${hook.name}${hook.name === command ? '' : ` (${command})`}${hook.kind === 'task' && hook.once ? ', once' : ''}`;
}
