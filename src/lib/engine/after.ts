/** Checks of a new version that is steady, before it counts as live: requests and commands, one after the other. */
import { UserError } from '../errors/user-error.js';
import type { Cause } from '../model/cause.js';
import type { CheckHook, CommandHook, HttpHook } from '../model/hooks.js';
import { commandCause, commandEnvironment, withLines } from '../rollout/hooks.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { judgeAnswer, smokeCause, type Wrong } from '../rollout/smoke.js';
import type { CheckEffects, CommandEnd } from './effects.js';
import type { HookEvent } from './hook-event.js';
import type { RolloutContext } from './rollout.js';

/** Between two attempts, milliseconds of the clock. */
const AGAIN_MS = 3_000;

/** Null where all went well; otherwise why not. The first that fails is the last one that runs. */
export async function runAfter(plan: PlannedRollout, context: RolloutContext): Promise<Cause | 'cancelled' | null> {
  const { hooks, name } = plan.service;
  const { checks, clock } = context.effects;
  const emit = (event: HookEvent): void => context.emit({ ...event, at: clock.now(), service: name, target: plan.target.name });
  for (const hook of hooks.after) {
    if (!checks) throw new Error('these effects have no checks');
    const ended = (status: 'succeeded' | 'failed' | 'skipped' | 'cancelled', detail?: string): void =>
      emit({ type: 'hook.ended', moment: 'after', hook: hook.name, status, ...(detail ? { detail } : {}) });
    const detail = hook.kind === 'http' ? urlOf(checks, plan, hook) : hook.command.join(' ');
    emit({ type: 'hook.started', moment: 'after', hook: hook.name, kind: hook.kind, detail, resumed: false });
    if (hook.kind === 'http' && checks.get === null) {
      ended('skipped', 'nothing answers HTTP in the sandbox');
      continue;
    }
    const cause = await check(hook, plan, context, checks, (text) => emit({ type: 'hook.output', hook: hook.name, text }));
    if (context.signal.aborted) {
      ended('cancelled');
      return 'cancelled';
    }
    ended(cause ? 'failed' : 'succeeded', cause?.message);
    if (cause) return cause;
  }
  return null;
}

const check = (
  hook: CheckHook,
  plan: PlannedRollout,
  context: RolloutContext,
  checks: CheckEffects,
  tell: (text: string) => void,
): Promise<Cause | null> =>
  hook.kind === 'http' ? ask(hook, plan, context, checks, tell) : runCommand(hook, plan, context, checks, tell);

const urlOf = (checks: CheckEffects, plan: PlannedRollout, hook: HttpHook): string =>
  `${checks.urlOf(plan.values.host ?? '')}${hook.path}`;

async function ask(
  hook: HttpHook,
  plan: PlannedRollout,
  { effects, signal }: RolloutContext,
  checks: CheckEffects,
  tell: (text: string) => void,
): Promise<Cause | null> {
  const { host, offer } = plan.values;
  if (host === null)
    throw new UserError('NoHost', {
      message: `${plan.service.name} has no host that ${hook.name} could ask.`,
      nextSteps: ['Give it a port, or use run: instead of http: in baf.yaml.'],
    });
  const address = () => effects.at(plan.target).loadBalancers.addressOf(offer.listenerArn);
  let wrong: Wrong | null = null;
  for (let attempt = 0; attempt <= hook.retries && !signal.aborted; attempt++) {
    if (attempt > 0) await effects.clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    const answer = await checks.get!({ host, path: hook.path, timeoutMs: hook.timeoutMs, signal, address }).catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    const now = judgeAnswer(hook, answer);
    if (now === null) return null;
    if (now.what !== wrong?.what) tell(now.what);
    wrong = now;
  }
  // Nothing was asked: it was stopped before.
  return wrong && smokeCause(hook, urlOf(checks, plan, hook), wrong);
}

async function runCommand(
  hook: CommandHook,
  plan: PlannedRollout,
  { environment, signal }: RolloutContext,
  checks: CheckEffects,
  tell: (text: string) => void,
): Promise<Cause | null> {
  const lines: string[] = [];
  const { host } = plan.values;
  const end = await checks.run(hook.command, {
    env: commandEnvironment(plan, environment, host === null ? '' : checks.urlOf(host)),
    timeoutMs: hook.timeoutMs,
    signal,
    onLine: (line) => {
      tell(line);
      lines.push(line);
      lines.splice(0, lines.length - 20);
    },
  });
  const how = howItEnded(end, hook);
  return how === null ? null : withLines(commandCause(hook, how), lines);
}

function howItEnded(end: CommandEnd, hook: CommandHook): string | null {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? null : `ended with exit code ${end.code}`;
    case 'missing':
      return `cannot be run: there is no program ${hook.command[0]}, or it is not executable`;
    case 'timeout':
      return `had not ended after ${hook.timeoutMs / 1000} s, and was stopped`;
    case 'killed':
      return `was ended by ${end.signal}`;
    case 'aborted':
      return 'was interrupted';
  }
}
