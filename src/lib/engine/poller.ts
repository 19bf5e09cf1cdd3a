/** One poller for each cluster, shared by all rollouts there: ten services a call, however many rollouts watch. */
import type { Clock } from '../model/clock.js';
import type { ServiceState } from '../model/observed.js';
import { reasonOf, type Contact } from './contact.js';
import type { EcsGateway } from './effects.js';

/** Time between two polls, milliseconds of the clock's time. */
export const POLL_MS = 5_000;
/** Services of one call. */
const PAGE = 10;
/** Longest that a poll waits for its answer, milliseconds of the wall clock: the next one may be luckier. */
const ANSWER_MS = 15_000;

/** What a poll tells of one service: null where ECS does not list it; INACTIVE ones are told. */
export type Polled =
  | { readonly kind: 'answered'; readonly service: ServiceState | null; readonly stopped: readonly [] }
  | { readonly kind: 'unanswered'; readonly reason: string };

export class ClusterPoller {
  private readonly watchers = new Map<string, ((polled: Polled) => void)[]>();
  private running = false;

  /** `contact` is told of polls without an answer: they do not end the watching. */
  constructor(
    private readonly ecs: Pick<EcsGateway, 'describeServices'>,
    private readonly cluster: string,
    private readonly clock: Clock,
    private readonly contact?: Contact,
  ) {}

  /** The service at the next poll. */
  look(service: string): Promise<Polled> {
    return new Promise((resolve) => {
      const list = this.watchers.get(service) ?? [];
      list.push(resolve);
      this.watchers.set(service, list);
      if (!this.running) void this.run();
    });
  }

  /** The service at the next poll; null where ECS does not list it, or did not answer. */
  async next(service: string): Promise<ServiceState | null> {
    const polled = await this.look(service);
    return polled.kind === 'answered' && polled.service?.status !== 'INACTIVE' ? polled.service : null;
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.watchers.size > 0) {
      await this.clock.sleep(POLL_MS);
      const names = [...this.watchers.keys()];
      const pages: string[][] = [];
      for (let at = 0; at < names.length; at += PAGE) pages.push(names.slice(at, at + PAGE));
      const polled = (await Promise.all(pages.map((page) => this.poll(page)))).flat();
      names.forEach((name, index) => {
        const list = this.watchers.get(name) ?? [];
        this.watchers.delete(name);
        for (const resolve of list) resolve(polled[index]!);
      });
      await Promise.resolve();
    }
    this.running = false;
  }

  private async poll(names: readonly string[]): Promise<Polled[]> {
    try {
      const states = await this.ecs.describeServices(this.cluster, names, { inactive: true, withinMs: ANSWER_MS });
      this.contact?.back('ecs');
      return names.map((name) => ({ kind: 'answered', service: states.find((s) => s.name === name) ?? null, stopped: [] }));
    } catch (error) {
      this.contact?.lost('ecs', error);
      return names.map(() => ({ kind: 'unanswered', reason: reasonOf(error) }));
    }
  }
}
