/** One poller for the single tasks of a cluster: a hundred a call, their logs one after the other. */
import type { Clock } from '../model/clock.js';
import type { TaskState } from '../model/hooks.js';
import type { TargetGateways } from './effects.js';
import { POLL_MS } from './poller.js';

/** Between two reads of logs: AWS allows 25 a second in an account and region, for all who read there. */
const PACE_MS = 100;
/** Pages of one stream that are read at once; the rest comes with the next poll. */
const MOST_PAGES = 5;

/** Where a task's lines are read, and how far that has come. */
export interface Follow {
  readonly group: string;
  readonly stream: string;
  next: string | null;
}

export interface Seen {
  /** Null where ECS does not show the task, or did not answer. */
  readonly task: TaskState | null;
  /** What it wrote since. */
  readonly lines: readonly string[];
}

export class TaskPoller {
  private readonly watchers = new Map<string, { follow: Follow | null; resolve: (seen: Seen) => void }>();
  private running = false;

  constructor(
    private readonly gateways: Pick<TargetGateways, 'tasks' | 'logs'>,
    private readonly cluster: string,
    private readonly clock: Clock,
  ) {}

  /** The task at the next poll. */
  next(id: string, follow: Follow | null): Promise<Seen> {
    return new Promise((resolve) => {
      this.watchers.set(id, { follow, resolve });
      if (!this.running) void this.run();
    });
  }

  /** All lines that are there by now. */
  async lines(follow: Follow | null): Promise<string[]> {
    const found: string[] = [];
    for (let page = 0; follow && page < MOST_PAGES; page++) {
      const { lines, next } = await this.gateways.logs.follow(follow.group, follow.stream, follow.next);
      const end = next === follow.next;
      follow.next = next;
      found.push(...lines);
      if (end || lines.length === 0) break;
      await this.clock.sleep(PACE_MS);
    }
    return found;
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.watchers.size > 0) {
      await this.clock.sleep(POLL_MS);
      const ids = [...this.watchers.keys()];
      // A call that fails tells nothing about the tasks: the next poll does.
      const tasks = await this.gateways.tasks.describe(this.cluster, ids).catch((): TaskState[] => []);
      for (const id of ids) {
        const { follow, resolve } = this.watchers.get(id)!;
        this.watchers.delete(id);
        const task = tasks.find((t) => t.id === id) ?? null;
        const lines =
          task && /RUNNING|DEACTIVATING|STOPPING|DEPROVISIONING|STOPPED/.test(task.status) ? await this.lines(follow) : [];
        resolve({ task, lines });
        if (follow) await this.clock.sleep(PACE_MS);
      }
      await Promise.resolve();
    }
    this.running = false;
  }
}
