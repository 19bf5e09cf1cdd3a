/** One poller for each cluster, shared by all rollouts there: ten services a call, however many rollouts watch. */
import type { Clock } from '../model/clock.js';
import type { ServiceState } from '../model/observed.js';
import { reasonOf, type Contact } from './contact.js';
import type { EcsGateway } from './effects.js';

/** Longest time between two looks at a service, milliseconds of the clock's time. */
export const POLL_MS = 5_000;
/** The same where the end is near; and where all that is watched fits into one call. */
const SOON_MS = 2_000;
const SOON_OF_FEW_MS = 1_000;
/** Least time between two polls: what is due meanwhile is looked at together. */
const GAP_MS = 1_000;
/** Services of one call. */
const PAGE = 10;
/** Longest that a poll waits for its answer, milliseconds of the wall clock: the next one may be luckier. */
const ANSWER_MS = 15_000;

/** What a poll tells of one service: null where ECS does not list it; INACTIVE ones are told. */
export type Polled =
  | { readonly kind: 'answered'; readonly service: ServiceState | null; readonly stopped: readonly [] }
  | { readonly kind: 'unanswered'; readonly reason: string };

interface Watched {
  dueAt: number;
  readonly tell: ((polled: Polled) => void)[];
}

export class ClusterPoller {
  private readonly watched = new Map<string, Watched>();
  private running = false;
  private wake: AbortController | null = null;
  private sleepsUntil = -Infinity;

  /** `contact` is told of polls without an answer: they do not end the watching. */
  constructor(
    private readonly ecs: Pick<EcsGateway, 'describeServices'>,
    private readonly cluster: string,
    private readonly clock: Clock,
    private readonly contact?: Contact,
  ) {}

  /** The service at the next poll; `soon`: its end is near. */
  look(service: string, soon = false): Promise<Polled> {
    const few = this.watched.size < PAGE;
    const dueAt = this.clock.now() + (soon ? (few ? SOON_OF_FEW_MS : SOON_MS) : POLL_MS);
    return new Promise((resolve) => {
      const there = this.watched.get(service) ?? { dueAt, tell: [] };
      there.dueAt = Math.min(there.dueAt, dueAt);
      there.tell.push(resolve);
      this.watched.set(service, there);
      if (!this.running) void this.run();
      else if (dueAt < this.sleepsUntil) this.wake?.abort();
    });
  }

  /** The service at the next poll; null where ECS does not list it, or did not answer. */
  async next(service: string): Promise<ServiceState | null> {
    const polled = await this.look(service);
    return polled.kind === 'answered' && polled.service?.status !== 'INACTIVE' ? polled.service : null;
  }

  private async run(): Promise<void> {
    this.running = true;
    let polledAt = -Infinity;
    while (this.watched.size > 0) {
      await this.sleep(polledAt);
      polledAt = this.clock.now();
      const names = this.due();
      const pages: string[][] = [];
      for (let at = 0; at < names.length; at += PAGE) pages.push(names.slice(at, at + PAGE));
      await Promise.all(
        pages.map(async (page) => {
          const tell = page.map((name) => this.watched.get(name)!.tell);
          for (const name of page) this.watched.delete(name);
          const polled = await this.poll(page);
          tell.forEach((list, index) => list.forEach((resolve) => resolve(polled[index]!)));
        }),
      );
      await Promise.resolve();
    }
    this.running = false;
  }

  /** Until somebody is due, and a while after the last poll; woken by those who come and are due before. */
  private async sleep(polledAt: number): Promise<void> {
    for (;;) {
      const dueAt = Math.max(polledAt + GAP_MS, Math.min(...[...this.watched.values()].map((w) => w.dueAt)));
      const pause = dueAt - this.clock.now();
      if (pause <= 0) return;
      this.sleepsUntil = dueAt;
      this.wake = new AbortController();
      const { signal } = this.wake;
      await this.clock.sleep(pause, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      this.wake = null;
      this.sleepsUntil = -Infinity;
    }
  }

  /** Those that are due, and with them whoever is next, as far as calls have room: one that fits costs nothing. */
  private due(): string[] {
    const now = this.clock.now();
    const order = [...this.watched].sort(([, a], [, b]) => a.dueAt - b.dueAt);
    const due = order.filter(([, { dueAt }]) => dueAt <= now).length;
    return order.slice(0, Math.ceil(due / PAGE) * PAGE).map(([name]) => name);
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
