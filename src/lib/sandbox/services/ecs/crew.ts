/** Whose the tasks of a service are: those of a deployment, and those before it. */
import type { Cell, World } from '../../service.js';
import { tasksOf } from './agenda.js';
import { isActive, isUnhealthy, slice, type Deployment, type Service, type Task } from './state.js';

export interface Shop {
  readonly cell: Cell;
  readonly world: World;
  readonly service: Service;
  readonly now: number;
}

export interface Crew {
  /** RUNNING or on the way there, of the deployment. */
  readonly own: Task[];
  /** Of them, those whose checks do not fail. */
  readonly good: Task[];
  /** Of those, the ones that may stay: not on a container instance that is being drained. */
  readonly kept: Task[];
  readonly old: Task[];
  readonly active: number;
}
export function crewOf(shop: Shop, deployment: Deployment): Crew {
  const { cell, service, now } = shop;
  const active = tasksOf(cell, service).filter(isActive);
  const own = active.filter((t) => t.deployment === deployment.id);
  const good = own.filter((t) => !isUnhealthy(t, now));
  const leaving = drainingInstances(shop);
  return {
    own,
    good,
    kept: leaving.size === 0 ? good : good.filter((t) => t.instance === null || !leaving.has(t.instance)),
    old: active.filter((t) => t.deployment !== deployment.id),
    active: active.length,
  };
}

/** Container instances whose tasks their service has to replace. */
const drainingInstances = ({ cell, service }: Shop): ReadonlySet<string> =>
  new Set(
    Object.values(slice(cell).instances)
      .filter((i) => i.cluster === service.cluster && i.status === 'DRAINING')
      .map((i) => i.id),
  );
