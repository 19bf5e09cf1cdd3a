/** A plan as a person reads it, and as JSON: what changes in which target, wave by wave. */
import type { DeployPlan } from '../rollout/plan.js';

export function planJson(plan: DeployPlan): object {
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
      })),
    })),
  };
}

export function renderPlan(plan: DeployPlan, options: { color: boolean; columns: number }): string {
  const bold = (text: string) => (options.color ? `\u001b[1m${text}\u001b[22m` : text);
  const lines = [bold(`Plan for ${plan.environment}`)];
  plan.waves.forEach((wave, index) => {
    lines.push(`wave ${index + 1}${wave.bakeMs ? `, then ${Math.round(wave.bakeMs / 1000)}s bake` : ''}`);
    for (const r of wave.rollouts) {
      const sign = r.action === 'create' ? '+' : r.action === 'update' ? '~' : ' ';
      const change = r.action === 'unchanged' ? 'unchanged' : `${r.from?.tag ?? 'new'} -> ${r.to.tag} (${r.changes.join(', ')})`;
      lines.push(`  ${sign} ${r.service.name} in ${r.target.name}: ${change}`.slice(0, Math.max(20, options.columns)));
    }
  });
  const changed = plan.waves.flatMap((w) => w.rollouts).filter((r) => r.action !== 'unchanged').length;
  lines.push(changed === 0 ? 'Nothing to do.' : `${changed} rollout${changed === 1 ? '' : 's'} to do.`);
  return lines.join('\n');
}
