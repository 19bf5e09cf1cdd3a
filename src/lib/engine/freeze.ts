/** Freezes of an environment: read at its home together with the windows of the platform file, begun and ended by hand. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { formatFreeze, freezeParameter, readFreeze } from '../freezes/record.js';
import { blocking, freezesOf } from '../freezes/state.js';
import { minuteOf } from '../locks/refusal.js';
import type { FreezeView } from '../model/freeze.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import type { Effects } from './effects.js';

/** `services`: those that matter, by name in one reading; null: all that are frozen. */
export async function observeFreezes(
  environment: Environment,
  services: readonly string[] | null,
  effects: Effects,
): Promise<FreezeView[]> {
  const { ssm } = effects.at(homeOf(environment));
  const { name } = environment;
  const whole = freezeParameter(name, null);
  const parameters =
    services === null
      ? (await Promise.all([ssm.get([whole]), ssm.byPath(whole)])).flat()
      : await ssm.get([whole, ...services.map((service) => freezeParameter(name, service))]);
  const records = parameters.map((parameter) => readFreeze(name, parameter));
  return freezesOf(name, records, environment.freezes, effects.clock.now());
}

/** Freezes the services, or with none the whole environment; again changes reason and end. */
export async function freeze(
  environment: Environment,
  services: readonly string[],
  { reason, until }: { readonly reason: string; readonly until: number | null },
  effects: Effects,
): Promise<void> {
  await write(environment, services, { by: effects.actor, reason, until, over: false }, effects);
}

/** Ends what was frozen by hand: those that were. What is deleted could not be made again for half a minute: it is kept. */
export async function unfreeze(environment: Environment, services: readonly string[], effects: Effects): Promise<FreezeView[]> {
  const frozen = (await observeFreezes(environment, services.length > 0 ? services : null, effects)).filter(
    (f) => f.source === 'hand' && (services.length === 0 ? f.services === null : f.services?.some((s) => services.includes(s))),
  );
  for (const { services: own, reason } of frozen)
    await write(environment, own ?? [], { by: effects.actor, reason, until: null, over: true }, effects);
  return frozen;
}

async function write(
  environment: Environment,
  services: readonly string[],
  freeze: Parameters<typeof formatFreeze>[0],
  effects: Effects,
): Promise<void> {
  const { ssm } = effects.at(homeOf(environment));
  for (const service of services.length > 0 ? services : [null])
    await ssm.put(freezeParameter(environment.name, service), formatFreeze(freeze), {
      description: `baf: ${freeze.over ? 'thawed' : 'frozen'} by ${freeze.by}`.slice(0, 1000),
    });
}

/** Throws `Frozen` (exit 4) where one of the services must not be changed now. */
export function checkFrozen(environment: string, services: readonly string[], freezes: readonly FreezeView[]): void {
  const active = blocking(freezes, services);
  if (active.length === 0) return;
  const hand = active.find((f) => f.source === 'hand');
  const end = active.every((f) => f.until !== null)
    ? active
        .map((f) => f.until!)
        .sort()
        .at(-1)!
    : null;
  throw new UserError('Frozen', {
    message: active.map((f) => describeFreeze(f)).join('\n'),
    nextSteps: [
      end === null ? 'Wait until it is ended.' : `Wait until ${minuteOf(end)}.`,
      'If it cannot wait: --override-freeze --reason "..." (recorded)',
      ...(hand
        ? [`End it: baf unfreeze ${hand.services ? `${hand.services.join(' ')} ` : ''}--env ${environment}`]
        : [`The window is in the platform file: baf freeze ls --env ${environment}`]),
    ],
    exitCode: ExitCode.refused,
    details: { environment, freezes: active },
  });
}

/** `prod is frozen until 2026-12-24 10:00 UTC by ana: Christmas`. */
export function describeFreeze(f: FreezeView): string {
  const what =
    f.services === null
      ? `${f.environment} is`
      : `${f.services.join(', ')} in ${f.environment} ${f.services.length > 1 ? 'are' : 'is'}`;
  const who = f.by !== null ? ` by ${f.by}` : f.rule !== null ? ` (${f.rule})` : '';
  return `${what} frozen ${f.until === null ? 'until it is ended' : `until ${minuteOf(f.until)}`}${who}: ${f.reason}`;
}
