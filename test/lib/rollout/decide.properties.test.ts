/** Whatever ECS answers, in whatever order: what a watch never does, and what it always comes to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceState, StoppedTask } from '../../../src/lib/model/observed.js';
import { decide, type Verdict } from '../../../src/lib/rollout/decide.js';
import { askedBack, observe, startOfWatch, type Look, type Memory } from '../../../src/lib/rollout/observe.js';
import { answered, BEGAN, deployment, exited, OLD, OWN, service, silence, watched } from './watch-values.js';

const OTHER = 'ecs-svc/3';
const state = fc.constantFrom('IN_PROGRESS' as const, 'COMPLETED' as const, 'FAILED' as const, null);
const messages = fc.constantFrom(
  '(service ui) has started 2 tasks: (task a) (task b).',
  '(service ui) rolling back to deployment ecs-svc/1.',
  `(service ui) (deployment ${OWN}) deployment failed: tasks failed to start.`,
  `(service ui) (deployment ${OWN}) deployment completed.`,
  '(service ui) has reached a steady state.',
  'service (ui) was unable to place a task. Reason: Capacity is unavailable at this time.',
  'Something that nobody has ever read',
);
const listed = fc
  .record({
    primary: fc.constantFrom(OWN, OLD, OTHER),
    others: fc.subarray([OWN, OLD, OTHER]),
    states: fc.array(state, { minLength: 3, maxLength: 3 }),
    running: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'DRAINING', 'INACTIVE'),
    events: fc.array(
      fc.record({ id: fc.nat(9).map(String), at: fc.integer({ min: BEGAN - 5_000, max: BEGAN + 5_000 }), message: messages }),
      {
        maxLength: 4,
      },
    ),
  })
  .map(({ primary, others, states, running, status, events }): ServiceState => {
    const all = [primary, ...others.filter((id) => id !== primary)];
    const made = all.map((id, i) =>
      deployment(id, i === 0 ? 'PRIMARY' : 'ACTIVE', {
        rolloutState: states[i]!,
        running: running[i]!,
        ...(id === OTHER ? { createdAt: BEGAN + 1 } : {}),
      }),
    );
    return { ...service(made, [], { status }), events: [...new Map(events.map((e) => [e.id, e])).values()] };
  });
const task: fc.Arbitrary<StoppedTask> = fc
  .record({ id: fc.nat(9).map((n) => `t${n}`), startedBy: fc.constantFrom(OWN, OLD) })
  .map(({ id, startedBy }) => exited(id, { startedBy }));
const look: fc.Arbitrary<Look> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(listed, fc.array(task, { maxLength: 3 })).map(([s, t]) => answered(s, t)) },
  { weight: 1, arbitrary: fc.constant(answered(null)) },
  { weight: 1, arbitrary: fc.constant(silence) },
);
const watch = fc.record({
  looks: fc.array(fc.tuple(fc.integer({ min: 1, max: 120_000 }), look), { minLength: 1, maxLength: 40 }),
  goesBack: fc.boolean(),
  previousArn: fc.constantFrom('arn:td/ui:1', null),
  backBy: fc.constantFrom(null, 'ecs-svc/9'),
});

interface Course {
  readonly verdict: Verdict;
  readonly memory: Memory;
  readonly last: Look;
  readonly at: number;
  readonly backs: number;
  readonly seen: readonly (readonly string[])[];
}

/** As the engine goes about it; the last look goes on for ever. */
function follow({ looks, goesBack, previousArn, backBy }: typeof watch extends fc.Arbitrary<infer T> ? T : never): Course {
  const of = { ...watched, goesBack, previousArn };
  let memory = startOfWatch;
  let now = BEGAN;
  let backs = 0;
  const seen: string[][] = [];
  for (let i = 0; ; i++) {
    const [ms, next] = looks[i] ?? [60_000, looks.at(-1)![1]];
    now += ms;
    memory = observe(of, memory, next, now);
    seen.push(memory.events.map((e) => e.id));
    const verdict = decide(of, memory, now);
    if (verdict.kind === 'go-back') {
      backs++;
      memory = askedBack(memory, backBy, now);
    } else if (verdict.kind !== 'wait') return { verdict, memory, last: next, at: now, backs, seen };
    if (i > 500) throw new Error('it does not come to an end');
  }
}

describe('whatever ECS answers, a watch', () => {
  it('says succeeded only when the own deployment is primary and completed', () =>
    fc.assert(
      fc.property(watch, (course) => {
        const { verdict, last } = follow(course);
        fc.pre(verdict.kind === 'succeeded');
        const primary = last.kind === 'answered' && last.service?.deployments.find((d) => d.status === 'PRIMARY');
        expect(primary).toMatchObject({ id: OWN, rolloutState: 'COMPLETED' });
      }),
      { numRuns: 120 },
    ));

  it('says rolled-back only when an older deployment is primary and nothing of the own one runs', () =>
    fc.assert(
      fc.property(watch, (course) => {
        const { verdict, last } = follow(course);
        fc.pre(verdict.kind === 'failed' && verdict.rolledBack);
        const deployments = last.kind === 'answered' ? last.service!.deployments : [];
        const primary = deployments.find((d) => d.status === 'PRIMARY')!;
        expect(primary.id).toBe(OLD);
        expect(primary.rolloutState === 'COMPLETED' || primary.rolloutState === null).toBe(true);
        expect(primary.running).toBeGreaterThanOrEqual(primary.desired);
        expect(deployments.find((d) => d.id === OWN)?.running ?? 0).toBe(0);
      }),
      { numRuns: 50 },
    ));

  it('comes to one end, asks for the way back once, and only where there is one', () =>
    fc.assert(
      fc.property(watch, (course) => {
        const { verdict, at, backs } = follow(course);
        expect(['succeeded', 'failed']).toContain(verdict.kind);
        expect(backs).toBeLessThanOrEqual(course.goesBack && course.previousArn !== null ? 1 : 0);
        const longest = course.looks.reduce((sum, [ms]) => Math.max(sum, ms), 60_000);
        // Its own time, the wait for ECS to begin, the time of the way back; each seen at the next look.
        expect(at - BEGAN).toBeLessThanOrEqual(2 * watched.timeoutMs + 4 * longest + 60_000);
      }),
      { numRuns: 500 },
    ));

  it('tells each event once, and none from before', () =>
    fc.assert(
      fc.property(watch, (course) => {
        const { seen, memory } = follow(course);
        for (const ids of seen) expect(new Set(ids).size).toBe(ids.length);
        // What was told stays told: it only grows, and in its order.
        seen.reduce((before, after) => (expect(after.slice(0, before.length)).toEqual(before), after));
        expect(memory.events.every((e) => e.at >= BEGAN)).toBe(true);
      }),
      { numRuns: 300 },
    ));
});
