/** What a new version stands on: its stack and its task definition. Both look first, and write only what differs. */
import type { TaskDefinitionState } from '../model/observed.js';
import { sameTaskDefinition } from '../rollout/diff/definition.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { renderTemplate } from '../templates/render.js';
import type { RolloutContext } from './rollout.js';

type Outputs = Readonly<Record<string, string>>;
type Context = Pick<RolloutContext, 'effects' | 'emit' | 'signal'>;

/** The stack's outputs, once it is as planned. */
export async function applyStack(plan: PlannedRollout, { effects, emit, signal }: Context): Promise<Outputs> {
  if (!plan.stack || Object.keys(plan.stack.template).length === 0) return plan.values.stackOutputs;
  const id = { service: plan.service.name, target: plan.target.name };
  emit({ type: 'rollout.step', at: effects.clock.now(), ...id, step: 'stack', detail: plan.stack.name });
  // As it was when planned: nobody has to be asked again.
  if (plan.stackChange?.action === 'none') return plan.stackOutputs;
  return (await effects.at(plan.target).stacks.apply(plan.stack, signal)).outputs;
}

/** What a rollout has registered already: for its task before, say. */
const registered = new WeakMap<PlannedRollout, TaskDefinitionState>();

/** The family's latest revision where that is the one, or a new one. `service`: as rendered with the same outputs. */
export async function registerDefinition(
  plan: PlannedRollout,
  { effects, emit }: Context,
  outputs: Outputs,
): Promise<{ definition: TaskDefinitionState; service: Readonly<Record<string, unknown>> }> {
  const { ecs } = effects.at(plan.target);
  const id = { service: plan.service.name, target: plan.target.name };
  emit({ type: 'rollout.step', at: effects.clock.now(), ...id, step: 'task-definition' });
  const rendered = renderTemplate(plan.files, { ...plan.values, stackOutputs: outputs });
  const latest = registered.get(plan) ?? plan.latestDefinition;
  const definition =
    latest && sameTaskDefinition(latest.raw, rendered.taskDefinition)
      ? latest
      : await ecs.registerTaskDefinition(rendered.taskDefinition);
  registered.set(plan, definition);
  return { definition, service: rendered.service };
}
