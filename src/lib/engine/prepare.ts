/** What a new version stands on: its stack and its task definition. Both look first, and write only what differs. */
import type { TaskDefinitionState } from '../model/observed.js';
import { UserError } from '../errors/user-error.js';
import { sameTaskDefinition } from '../rollout/diff/definition.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { renderTemplate } from '../templates/render.js';
import type { RolloutContext } from './rollout.js';

type Outputs = Readonly<Record<string, string>>;
type Context = Pick<RolloutContext, 'effects' | 'emit' | 'signal' | 'timeoutMs'>;

/** Between two attempts to register; reads that trail have caught up then. */
const AGAIN_MS = 2_000;
const LONGEST_PAUSE_MS = 10_000;

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

/**
 * The family's latest revision where that is the one, or a new one. A call that got no answer may have made it: it is
 * looked again before another one is sent. `service`: as rendered with the same outputs.
 */
export async function registerDefinition(
  plan: PlannedRollout,
  { effects, emit, signal, timeoutMs }: Context,
  outputs: Outputs,
): Promise<{ definition: TaskDefinitionState; service: Readonly<Record<string, unknown>> }> {
  const { ecs } = effects.at(plan.target);
  const { now, sleep } = effects.clock;
  const id = { service: plan.service.name, target: plan.target.name };
  emit({ type: 'rollout.step', at: now(), ...id, step: 'task-definition' });
  const rendered = renderTemplate(plan.files, { ...plan.values, stackOutputs: outputs });
  const until = now() + timeoutMs;
  for (let attempt = 0; ; attempt++) {
    const latest =
      attempt === 0
        ? (registered.get(plan) ?? plan.latestDefinition)
        : await ecs.describeTaskDefinition(String(rendered.taskDefinition['family']));
    try {
      const definition =
        latest && sameTaskDefinition(latest.raw, rendered.taskDefinition)
          ? latest
          : await ecs.registerTaskDefinition(rendered.taskDefinition);
      registered.set(plan, definition);
      return { definition, service: rendered.service };
    } catch (error) {
      if (!(error instanceof UserError && error.transient) || signal.aborted || now() >= until) throw error;
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, AGAIN_MS * 2 ** attempt * (1 + Math.random() / 2)), signal);
  }
}
