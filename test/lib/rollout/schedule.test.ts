/** Order, parallelism and the end of a deploy, as properties over random deploys that run in random ways. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedFailures, parseBudget } from '../../../src/lib/rollout/budget.js';
import { stateOf, statusOf, toBringBack, type Ended } from '../../../src/lib/rollout/outcomes.js';
import { jobsOf, nextJobs, type Job, type JobState } from '../../../src/lib/rollout/schedule.js';
import type { RolloutOutcome, RolloutStatus } from '../../../src/lib/model/outcome.js';

interface Story {
  readonly jobs: readonly Job[];
  readonly waves: number;
  readonly parallel: number;
  readonly allowed: number;
  /** Fails, by job; which of the running ones ends next, as shares of their number; when it is aborted, in ends. */
  readonly bad: ReadonlySet<string>;
  readonly picks: readonly number[];
  readonly abortAfter: number;
}

const story: fc.Arbitrary<Story> = fc
  .record({
    services: fc.integer({ min: 1, max: 5 }),
    waves: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    links: fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 6 }),
    parallel: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Infinity)),
    budget: fc.oneof(
      fc.nat(3).map((n) => `${n}`),
      fc.nat(100).map((n) => `${n}%`),
    ),
    fates: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 50, maxLength: 50 }),
    picks: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 60, maxLength: 60 }),
    abortAfter: fc.oneof(fc.constant(Infinity), fc.nat(20)),
    badShare: fc.constantFrom(0, 10, 50),
  })
  .map(({ services, waves, links, parallel, budget, fates, picks, abortAfter, badShare }) => {
    const rollouts = waves.flatMap((targets, wave) =>
      Array.from({ length: targets }, (_, t) =>
        Array.from({ length: services }, (__, s) => ({
          service: {
            name: `s${s}`,
            // Only services before it: needs have no circle.
            needs: links.filter(([a, b]) => a === s && b < s).map(([, b]) => `s${b}`),
          },
          target: { name: `t${wave}-${t}` },
          wave,
        })),
      ).flat(),
    );
    const jobs = jobsOf(rollouts);
    const bad = new Set(jobs.filter((_, index) => fates[index % fates.length]! < badShare).map((job) => job.key));
    return {
      jobs,
      waves: waves.length,
      parallel,
      allowed: allowedFailures(parseBudget(budget), jobs.length),
      bad,
      picks,
      abortAfter,
    };
  });

interface Told {
  readonly what: 'start' | 'end' | 'skip';
  readonly key: string;
  readonly running: number;
  readonly failed: number;
  readonly aborted: boolean;
}

/** Runs a story the way the engine does. */
function play({ jobs, waves, parallel, allowed, bad, picks, abortAfter }: Story): Told[] {
  const states = new Map<string, JobState>();
  const running: string[] = [];
  const told: Told[] = [];
  let ends = 0;
  let failed = 0;
  const aborted = () => ends >= abortAfter;
  const tell = (what: Told['what'], key: string) => told.push({ what, key, running: running.length, failed, aborted: aborted() });
  for (let wave = 0; wave < waves; wave++)
    for (;;) {
      const { start, skip } = nextJobs(jobs, { states, wave, parallel, stopped: aborted() || failed > allowed });
      for (const key of skip) {
        states.set(key, 'left');
        tell('skip', key);
      }
      for (const key of start) {
        states.set(key, 'running');
        running.push(key);
        tell('start', key);
      }
      if (running.length === 0 && skip.length === 0) break;
      if (running.length === 0) continue;
      const [key] = running.splice(Math.floor(picks[ends % picks.length]! * running.length), 1) as [string];
      states.set(key, bad.has(key) ? 'bad' : 'good');
      ends++;
      if (bad.has(key)) failed++;
      tell('end', key);
    }
  return told;
}
const check = (property: (story: Story, told: Told[]) => void): void =>
  fc.assert(
    fc.property(story, (one) => property(one, play(one))),
    { numRuns: 300 },
  );

describe('a deploy', () => {
  it('ends every rollout exactly once', () =>
    check(({ jobs }, told) => {
      const ended = told.filter(({ what }) => what !== 'start').map(({ key }) => key);
      expect([...ended].sort()).toEqual(jobs.map((job) => job.key).sort());
      expect(told.filter(({ what }) => what === 'start').every(({ key }) => ended.includes(key))).toBe(true);
    }));

  it('starts nothing once it is aborted, or its budget is used up', () =>
    check(({ allowed }, told) => {
      for (const { what, aborted, failed } of told)
        if (what === 'start') expect([aborted, failed <= allowed]).toEqual([false, true]);
    }));

  it('fails no more often than its budget allows and what was running already', () =>
    check(({ allowed }, told) => {
      const over = told.findIndex(({ failed }) => failed > allowed);
      if (over < 0) return;
      expect(told.at(-1)!.failed).toBeLessThanOrEqual(allowed + 1 + told[over]!.running);
    }));

  it('keeps to the order that needs give, wave by wave, and to the limit', () =>
    check(({ jobs, parallel, bad }, told) => {
      const good = new Set<string>();
      const over = new Set<string>();
      for (const { what, key, running } of told) {
        const job = jobs.find((j) => j.key === key)!;
        if (what === 'start') {
          expect(job.needs.every((need) => good.has(need))).toBe(true);
          expect(jobs.filter((j) => j.wave < job.wave).every((j) => over.has(j.key))).toBe(true);
          expect(running).toBeLessThanOrEqual(parallel);
        } else over.add(key);
        if (what === 'end' && !bad.has(key)) good.add(key);
      }
    }));

  it('leaves out only what it has to: whatever nothing stands in the way of is run', () =>
    check(({ jobs, allowed, bad, abortAfter }, told) => {
      if (abortAfter !== Infinity || told.at(-1)!.failed > allowed) return;
      const lost = (job: Job): boolean => job.needs.some((need) => bad.has(need) || lost(jobs.find((j) => j.key === need)!));
      for (const { what, key } of told) if (what === 'skip') expect(lost(jobs.find((j) => j.key === key)!)).toBe(true);
    }));
});

describe('a budget', () => {
  it('is a number, or a share that is rounded down', () => {
    expect(allowedFailures(parseBudget('2'), 10)).toBe(2);
    expect(allowedFailures(parseBudget('10%'), 19)).toBe(1);
    expect(allowedFailures(parseBudget('100%'), 3)).toBe(3);
    for (const wrong of ['', '-1', '101%', '1.5', 'two', '5 %'])
      expect(() => parseBudget(wrong)).toThrow(/--max-failures .* is neither a number of rollouts nor a share/);
  });
});

describe('the end', () => {
  const outcome = (status: RolloutStatus, code?: string): RolloutOutcome => ({
    service: 's',
    target: 't',
    status,
    from: null,
    to: { tag: '1' },
    ...(code ? { cause: { code, message: '', advice: '' } } : {}),
  });
  const ended = (key: string, status: RolloutStatus, more: Partial<Ended> & { code?: string } = {}): Ended => ({
    key,
    outcome: outcome(status, more.code),
    started: true,
    hasPrevious: true,
    ...more,
  });
  const all = [
    ended('good', 'succeeded'),
    ended('first', 'succeeded', { hasPrevious: false }),
    ended('back already', 'rolled-back'),
    ended('timed out', 'failed', { code: 'RolloutTimeout' }),
    ended('usurped', 'failed', { code: 'RolloutUsurped' }),
    ended('never begun', 'failed', { started: false }),
    ended('left', 'skipped', { started: false }),
    ended('same', 'unchanged', { started: false }),
  ];
  it('brings back all that was changed once the budget is used up, and what failed where it is always', () => {
    expect(toBringBack(all, true)).toEqual(['good', 'timed out']);
    expect(toBringBack(all, false)).toEqual(['timed out']);
  });
  it('is partial where some succeeded and others did not', () => {
    expect(statusOf([outcome('succeeded'), outcome('failed')])).toBe('partial');
    expect(statusOf([outcome('rolled-back'), outcome('skipped')])).toBe('rolled-back');
    expect(statusOf([outcome('unchanged'), outcome('unchanged')])).toBe('unchanged');
    expect(statusOf([outcome('succeeded'), outcome('unchanged')])).toBe('succeeded');
  });
  it('has started where ECS goes on with some of it, and nothing went wrong', () => {
    expect(statusOf([outcome('started'), outcome('unchanged'), outcome('succeeded')])).toBe('started');
    expect(statusOf([outcome('started'), outcome('failed')])).toBe('partial');
    expect(statusOf([outcome('started'), outcome('rolled-back')])).toBe('partial');
    expect(statusOf([outcome('started'), outcome('skipped')])).toBe('partial');
    expect(statusOf([outcome('started'), outcome('cancelled')])).toBe('cancelled');
    expect(stateOf(outcome('started'))).toBe('left');
    const begun = { key: 'ui', outcome: outcome('started'), started: true, hasPrevious: true };
    expect([toBringBack([begun], true), toBringBack([begun], false)]).toEqual([['ui'], []]);
  });
});
