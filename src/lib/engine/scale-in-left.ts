/** Scale-in that a deploy suspended whose process is gone: found by the records, restored by whoever deploys next. */
import { UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { Target } from '../model/target.js';
import { isOpen, type DeployRecord } from '../records/record.js';
import type { Effects, ServiceScaling } from './effects.js';
import { environmentServiceName } from './names.js';

interface Left {
  /** Records of the environment. */
  readonly records: readonly DeployRecord[];
  isGone(record: DeployRecord): boolean;
  /** The environment's targets. */
  readonly targets: readonly Target[];
  /** Whether somebody else looks after this one: the deploy that runs. */
  isOwn(service: string, target: string): boolean;
}

/**
 * What is suspended still by a deploy that is gone. No call where no deploy is gone; else one for fifty services of each
 * target that it was at. What a deploy is at that lives is left alone: it restores what it finds.
 */
async function findLeft(
  { records, isGone, targets, isOwn }: Left,
  effects: Effects,
): Promise<{ target: Target; cluster: string; service: string; scaling: ServiceScaling }[]> {
  const open = records.filter(isOpen);
  const alive = open.filter((r) => !isGone(r));
  const keyOf = (r: { readonly service: string; readonly target: string }): string => `${r.service} ${r.target}`;
  const busy = new Set(alive.flatMap((r) => r.rollouts.map(keyOf)));
  const gone = open
    .filter(isGone)
    .flatMap((record) => record.rollouts.map((r) => ({ ...r, name: environmentServiceName(record, { name: r.service }) })))
    .filter((r) => r.status !== 'unchanged' && r.status !== 'skipped' && !busy.has(keyOf(r)) && !isOwn(r.service, r.target));
  const found = await Promise.all(
    targets.map(async (target) => {
      const here = new Map(gone.flatMap((r) => (r.target === target.name ? [[r.name, r.service] as const] : [])));
      if (here.size === 0) return [];
      const { offer, scaling } = effects.at(target);
      const { cluster } = await offer(open[0]!.environment);
      const all = await scaling.describe(cluster, [...here.keys()]);
      return all
        .filter(({ suspendedBy }) => suspendedBy !== null && !alive.some((r) => r.id === suspendedBy))
        .map((one) => ({ target, cluster, service: here.get(one.service)!, scaling: one }));
    }),
  );
  return found.flat();
}

/** Restores it; that it cannot be is said, and stops nothing. */
export async function* restoreLeft(left: Left, effects: Effects): AsyncGenerator<BafEvent, void> {
  const warning = (text: string): BafEvent => ({ type: 'warning', at: effects.clock.now(), text });
  try {
    for (const { target, cluster, service, scaling } of await findLeft(left, effects)) {
      await effects.at(target).scaling.restoreScaleIn(cluster, scaling);
      yield warning(
        `Scale-in of ${service} in ${target.name}, which ${scaling.suspendedBy} had suspended and left so, is restored.`,
      );
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    yield warning(`Scale-in that a deploy left suspended could not be restored: ${error.message} The next deploy tries again.`);
  }
}

/** Says what is suspended still: for those who only look. That it cannot be read says nothing. */
export async function* tellLeft(left: Left, effects: Effects): AsyncGenerator<BafEvent, void> {
  const found = await findLeft(left, effects).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return [];
  });
  const names = found.map(({ service, target }) => `${service} in ${target.name}`);
  if (names.length === 0) return;
  const text = `Scale-in is suspended still: ${names.join(', ')}. The next deploy, rollback or cancel in this environment restores it.`;
  yield { type: 'warning', at: effects.clock.now(), text };
}
