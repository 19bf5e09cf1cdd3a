/** Which rollouts may start now: pure, so that order, parallelism and the end of a deploy can be stated and tested. */

export interface Job {
  /** One for each rollout of a deploy. */
  readonly key: string;
  readonly wave: number;
  /** Keys of the rollouts that have to have gone well before: of the services that it needs, in its own target. */
  readonly needs: readonly string[];
}

/** `good`: succeeded, or nothing to do. `left`: skipped, cancelled, or not waited for. */
export type JobState = 'queued' | 'running' | 'good' | 'bad' | 'left';

export interface Moment {
  readonly states: ReadonlyMap<string, JobState>;
  /** The wave whose turn it is. */
  readonly wave: number;
  /** Most rollouts at once. */
  readonly parallel: number;
  /** Nothing new starts: the budget is used up, or somebody asked for the end. */
  readonly stopped: boolean;
}

export interface Next {
  readonly start: readonly string[];
  /** These cannot start any more. */
  readonly skip: readonly string[];
}

/**
 * Of a wave, those start whose needs are met, in the order of the jobs: target by target, so that with a limit on how many
 * run at once a service is never changed in all of a wave's regions at the same time before one of them is done.
 */
export function nextJobs(jobs: readonly Job[], { states, wave, parallel, stopped }: Moment): Next {
  const state = (key: string): JobState => states.get(key) ?? 'queued';
  const queued = jobs.filter((job) => state(job.key) === 'queued');
  if (stopped) return { start: [], skip: queued.map((job) => job.key) };
  const lost = (key: string): boolean => state(key) === 'bad' || state(key) === 'left';
  const here = queued.filter((job) => job.wave === wave);
  const skip = here.filter((job) => job.needs.some(lost));
  const ready = here.filter((job) => job.needs.every((need) => state(need) === 'good'));
  const room = Math.max(0, parallel - jobs.filter((job) => state(job.key) === 'running').length);
  return { start: ready.slice(0, room).map((job) => job.key), skip: skip.map((job) => job.key) };
}

/** In the order in which they can start: those that are needed go before those that need them; else as they were. */
export function startOrder<S extends { readonly name: string; readonly needs: readonly string[] }>(services: readonly S[]): S[] {
  const made: S[] = [];
  const placed = new Set<string>();
  const place = (service: S): void => {
    if (placed.has(service.name)) return;
    placed.add(service.name);
    for (const need of service.needs) services.filter((s) => s.name === need).forEach(place);
    made.push(service);
  };
  services.forEach(place);
  return made;
}

interface Rollout {
  readonly service: { readonly name: string; readonly needs: readonly string[] };
  readonly target: { readonly name: string };
  readonly wave: number;
}

export const keyOf = ({ service, target }: Rollout): string => `${service.name} ${target.name}`;

/** The jobs of a plan's rollouts. A service that is needed and not part of the deploy is taken to be there. */
export function jobsOf(rollouts: readonly Rollout[]): Job[] {
  const keys = new Set(rollouts.map(keyOf));
  return rollouts.map((r) => ({
    key: keyOf(r),
    wave: r.wave,
    needs: r.service.needs.map((need) => `${need} ${r.target.name}`).filter((key) => keys.has(key)),
  }));
}
