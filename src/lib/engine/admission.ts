/**
 * Lets rollouts begin in a target no faster than AWS lets their task definitions be registered: one a second, after twenty.
 * What waits here has not begun, so that the end of a deploy need not wait for it.
 */
import type { PlannedRollout } from '../rollout/plan.js';
import type { Effects } from './effects.js';

/** Let in together, so that they look around by one call. */
const GROUP = 5;

/** The last ones come fewer at a time: a deploy is over when the last of them is, and has its labels. */
const groupOf = (waiting: number, first: boolean): number => (first ? GROUP : Math.min(GROUP, Math.ceil(waiting / 4)));

export class Admission {
  private readonly lines = new Map<string, (() => void)[]>();

  /** @param over settled once nothing new is to begin */
  constructor(
    private readonly effects: Effects,
    private readonly over: Promise<void>,
  ) {}

  /** Resolves when the rollout may begin, or when nothing begins any more. */
  async enter(rollout: PlannedRollout): Promise<void> {
    if (!rollout.changes.includes('task definition')) return;
    const key = rollout.target.name;
    const line = this.lines.get(key);
    await new Promise<void>((go) => {
      if (line) return void line.push(go);
      const made = [go];
      this.lines.set(key, made);
      void this.run(made, rollout);
    });
  }

  private async run(line: (() => void)[], { target }: PlannedRollout): Promise<void> {
    const { ecs } = this.effects.at(target);
    // Those that begin in the same moment are all in line then.
    await Promise.resolve();
    for (let first = true; line.length > 0; first = false) {
      const group = line.splice(0, groupOf(line.length, first));
      await Promise.race([Promise.all(group.map(() => ecs.turnToRegister())), this.over]);
      for (const go of group) go();
    }
    this.lines.delete(target.name);
  }
}
