/** One poller for each cluster, shared by all rollouts there: ten services a call, however many rollouts watch. */
import type { Clock } from '../model/clock.js';
import type { ServiceState } from '../model/observed.js';
import type { EcsGateway } from './effects.js';

/** Time between two polls, milliseconds of the clock's time. */
export const POLL_MS = 5_000;

export class ClusterPoller {
  private readonly watchers = new Map<string, ((state: ServiceState | null) => void)[]>();
  private running = false;

  constructor(
    private readonly ecs: EcsGateway,
    private readonly cluster: string,
    private readonly clock: Clock,
  ) {}

  /** The service at the next poll; null where ECS does not list it. A failed call counts as not listed. */
  next(service: string): Promise<ServiceState | null> {
    return new Promise((resolve) => {
      const list = this.watchers.get(service) ?? [];
      list.push(resolve);
      this.watchers.set(service, list);
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.watchers.size > 0) {
      await this.clock.sleep(POLL_MS);
      const names = [...this.watchers.keys()];
      // A call that fails tells nothing about the services: the watchers see "not listed" and wait for the next poll.
      const states = await this.ecs.describeServices(this.cluster, names).catch((): ServiceState[] => []);
      for (const name of names) {
        const list = this.watchers.get(name) ?? [];
        this.watchers.delete(name);
        for (const resolve of list) resolve(states.find((s) => s.name === name) ?? null);
      }
      await Promise.resolve();
    }
    this.running = false;
  }
}
