/** The hooks of a service: what is wrong with them, and what they come to in one environment. */
import type { CheckHook, Hooks, TaskHook } from '../model/hooks.js';
import { durationMs } from './checks.js';
import type { AfterInput, BeforeInput } from './definition-hooks.js';
import type { Problem } from './problem.js';

const TASK_TIMEOUT = '15m';
const COMMAND_TIMEOUT = '5m';
const HTTP_TIMEOUT = '10s';
const HTTP_RETRIES = 4;

interface HooksInput {
  readonly before?: readonly BeforeInput[] | undefined;
  readonly after?: readonly AfterInput[] | undefined;
}

/**
 * What is wrong with the hooks of one part (the service itself, or an environment of it), at the hook.
 * @param unreachable why nobody can ask the service over HTTP, or null
 */
export function hookProblems(path: readonly (string | number)[], part: HooksInput, unreachable: string | null): Problem[] {
  const found: Problem[] = [];
  const say = (message: string, ...at: (string | number)[]) => found.push({ path: [...path, ...at], message });
  for (const [moment, names] of [
    ['before', (part.before ?? []).map(taskName)],
    ['after', (part.after ?? []).map((hook) => checkName(hook))],
  ] as const)
    names.forEach((name, index) => {
      if (names.indexOf(name) < index) say(`there are two with the name ${name}; give each its own: name: ...`, moment, index);
    });
  (part.before ?? []).forEach(({ timeout }, index) => {
    if (timeout !== undefined && durationMs(timeout) <= 0) say(`${timeout} is no time at all`, 'before', index, 'timeout');
  });
  (part.after ?? []).forEach((hook, index) => {
    if ((hook.http === undefined) === (hook.run === undefined)) say('it has to have one of http and run', 'after', index);
    if (hook.http && hook.timeout !== undefined)
      say('the timeout of an http check stands inside http: { timeout: ... }', 'after', index, 'timeout');
    if (hook.http && unreachable) say(unreachable, 'after', index, 'http');
    if (hook.timeout !== undefined && durationMs(hook.timeout) <= 0)
      say(`${hook.timeout} is no time at all`, 'after', index, 'timeout');
    if (hook.http?.timeout !== undefined && durationMs(hook.http.timeout) <= 0)
      say(`${hook.http.timeout} is no time at all`, 'after', index, 'http', 'timeout');
  });
  return found;
}

/** The hooks of one environment: a list there takes the place of the service's own, an empty one too. */
export function settleHooks(service: HooksInput | undefined, over: HooksInput | undefined): Hooks {
  return {
    before: (over?.before ?? service?.before ?? []).map(toTask),
    after: (over?.after ?? service?.after ?? []).map(toCheck),
  };
}

const toTask = (hook: BeforeInput): TaskHook => ({
  kind: 'task',
  name: taskName(hook),
  command: hook.command,
  timeoutMs: durationMs(hook.timeout ?? TASK_TIMEOUT),
  once: hook.once ?? false,
});

function toCheck(hook: AfterInput): CheckHook {
  const name = checkName(hook);
  if (hook.run) return { kind: 'run', name, command: hook.run, timeoutMs: durationMs(hook.timeout ?? COMMAND_TIMEOUT) };
  const { path, status, contains, timeout, retries } = hook.http!;
  return {
    kind: 'http',
    name,
    path,
    status: status ?? 200,
    contains: contains ?? null,
    timeoutMs: durationMs(timeout ?? HTTP_TIMEOUT),
    retries: retries ?? HTTP_RETRIES,
  };
}

const taskName = (hook: BeforeInput): string => hook.name ?? short(hook.command);
const checkName = (hook: AfterInput): string => hook.name ?? (hook.http ? `GET ${hook.http.path}` : short(hook.run ?? []));

const LONGEST = 40;
function short(command: readonly string[]): string {
  const text = command.join(' ').replace(/\s+/g, ' ').trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
