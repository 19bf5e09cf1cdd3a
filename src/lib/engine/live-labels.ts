/**
 * The labels of deploy tags at the end of rollouts: `live` goes to what serves now. They are written beside the deploy, so that
 * what is steady is told at once: SSM takes three writes a second, and each rollout has two labels besides its tag.
 *
 * Where a process ends before they are written, the next plan finds that `live` is on another version than the tag
 * (`live label`), and they are written then.
 */
import type { BafEvent } from '../model/event.js';
import type { PlannedRollout } from '../rollout/plan.js';
import type { Effects } from './effects.js';
import { markLive, type Serving } from './live-tag.js';
import type { RolloutContext } from './rollout.js';

interface Owed {
  readonly rollout: PlannedRollout;
  readonly context: RolloutContext;
  readonly serving: Serving;
}

interface Line {
  readonly waiting: Owed[];
  lanes: number;
}

/** Rollouts of one target whose labels are under way: the pace of SSM's writes has use for no more, however slow an answer is. */
const LANES = 2;
/** What takes longer than this is told of. */
const TOLD_MS = 2_000;

export class LiveLabels {
  private readonly lines = new Map<string, Line>();
  private readonly lanes = new Set<Promise<void>>();
  private dropped = false;

  /** @param failed told of each rollout whose labels could not be written; it throws nothing */
  constructor(
    private readonly effects: Effects,
    private readonly emit: (event: BafEvent) => void,
    private readonly failed: (rollout: PlannedRollout, error: unknown) => void,
  ) {}

  owe(rollout: PlannedRollout, context: RolloutContext, serving: Serving): void {
    if (this.dropped) return;
    const line = this.lines.get(rollout.target.name) ?? { waiting: [], lanes: 0 };
    this.lines.set(rollout.target.name, line);
    line.waiting.push({ rollout, context, serving });
    if (line.lanes === LANES) return;
    const lane = this.run(line).finally(() => this.lanes.delete(lane));
    this.lanes.add(lane);
  }

  /** What nobody has begun yet is left to the next deploy. */
  drop(): void {
    this.dropped = true;
    for (const { waiting } of this.lines.values()) waiting.length = 0;
  }

  /** Resolves when all have their labels, or were dropped. */
  async finish(): Promise<void> {
    const leftMs = this.estimate();
    const tell = (state: 'started' | 'succeeded', detail?: string): void => {
      if (leftMs > TOLD_MS)
        this.emit({ type: 'step', at: this.effects.clock.now(), name: 'labels', state, ...(detail ? { detail } : {}) });
    };
    tell('started', `live on deploy tags, about ${Math.ceil(leftMs / 1000)} s`);
    while (this.lanes.size > 0) await Promise.all(this.lanes);
    tell('succeeded');
  }

  /** Milliseconds until the last has its labels, at the pace of now. */
  private estimate(): number {
    const ofLine = ([first, ...others]: readonly Owed[]): number =>
      first ? this.effects.at(first.rollout.target).ssm.estimateWrites(2 * (1 + others.length)) : 0;
    return Math.max(0, ...[...this.lines.values()].map(({ waiting }) => ofLine(waiting)));
  }

  private async run(line: Line): Promise<void> {
    line.lanes++;
    for (let next = line.waiting.shift(); next; next = line.waiting.shift()) {
      const { rollout, context, serving } = next;
      await markLive(rollout, context, serving).catch((error: unknown) => this.failed(rollout, error));
    }
    line.lanes--;
  }
}
