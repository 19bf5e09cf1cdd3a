/** Where a rollback goes, by what is on record. */
import { describe, expect, it } from 'vitest';
import { waysBack, type Way } from '../../../src/lib/records/back.js';
import { steadyAt, type Seen } from '../../../src/lib/records/steady.js';
import { formatAudit, type AuditOp } from '../../../src/lib/tags/audit.js';
import { record, rollout, T0 } from './scene.js';

const id = (n: number) => `d-202611191400${String(n).padStart(2, '0')}-aaaa`;
const wayOf = (way: Way) => (way.kind === 'goes' ? way.tag : way.kind === 'stays' ? `stays ${way.tag}` : null);

describe('what was steady', () => {
  const target = 'shop-canary/eu-west-1';
  const at = (n: number, from: string, to: string, more: object = {}) =>
    record({ id: id(n), finishedAt: T0 + n * 1000, rollouts: [rollout({ from: { tag: from }, to: { tag: to } })], ...more });
  const seen = (desired: string, records: ReturnType<typeof record>[], live = desired) => ({
    desired,
    desiredAt: T0,
    live: { tag: live, at: T0 },
    lastGood: null,
    records,
  });
  const back = (s: Seen) => wayOf(waysBack('ui', new Map([[target, s]])).get(target)!);
  it('is the one before', () => expect(back(seen('3', [at(1, '0', '1'), at(2, '1', '2'), at(3, '2', '3')]))).toBe('2'));
  it('is the live one where the desired one never got steady', () => expect(back(seen('9', [at(1, '0', '1')], '1'))).toBe('1'));
  it('is none where there was none', () => expect(back(seen('1', [at(1, '0', '1')]))).toBeNull());
  it('is not one that a rollback left: rolling back twice goes further back', () => {
    const deploys = [at(1, '0', '1'), at(2, '1', '2'), at(3, '2', '3')];
    expect(back(seen('2', [...deploys, at(4, '3', '2', { kind: 'rollback' })]))).toBe('1');
  });
  it('is where a rollback was going that was cut off, until it has ended', () => {
    const deploys = [at(1, '0', '1'), at(2, '1', '2')];
    const cut = (more: object = {}) => at(3, '2', '1', { kind: 'rollback', state: 'running', finishedAt: null, ...more });
    const queued = { rollouts: [rollout({ from: { tag: '2' }, to: { tag: '1' }, status: 'queued' })] };
    // Begun: the tag is written, or it is steady there already; not begun: as the first time.
    expect(back(seen('1', [...deploys, cut(queued)], '2'))).toBe('1');
    expect(back(seen('1', [...deploys, cut()]))).toBe('1');
    expect(back(seen('2', [...deploys, cut(queued)]))).toBe('1');
    // Its record has no room for this target: the others of the service tell.
    const other = { rollouts: [rollout({ target: 'other', from: { tag: '2' }, to: { tag: '1' } })], cut: { queued: 1 } };
    expect(back(seen('1', [...deploys, cut(other)], '2'))).toBe('1');
    // A deploy that was cut off is none, and one that has ended is over.
    expect(back(seen('1', [...deploys, cut({ ...queued, kind: 'deploy' })], '2'))).toBe('2');
    expect(back(seen('1', [...deploys, cut({ ...queued, state: 'cancelled', finishedAt: T0 + 3000 })], '2'))).toBe('2');
  });
  it('is not one that a deploy brought back, though a label says so', () => {
    const bad = record({ id: id(3), finishedAt: T0 + 3000, rollouts: [rollout({ to: { tag: '3' }, status: 'rolled-back' })] });
    const s = { ...seen('2', [at(1, '0', '1'), at(2, '1', '2'), bad]), lastGood: { tag: '3', at: T0 + 2500 } };
    expect(back(s)).toBe('1');
  });
  it('at a time', () => {
    const s = seen('3', [at(1, '0', '1'), at(2, '1', '2'), at(3, '2', '3')]);
    expect(steadyAt('ui', target, s, T0 + 2500)?.tag).toBe('2');
    expect(steadyAt('ui', target, s, T0 - 1)).toBeNull();
  });
});

describe('in several targets', () => {
  const A = 'shop-canary/eu-west-1';
  const B = 'shop-prod/eu-west-1';
  const C = 'shop-prod/us-east-1';
  type Rolled = [target: string, from: string, to: string, status?: ReturnType<typeof rollout>['status']];
  const at = (n: number, rolled: Rolled[], more: object = {}) =>
    record({
      id: id(n),
      startedAt: T0 + n * 1000,
      beatAt: T0 + n * 1000 + 500,
      finishedAt: T0 + n * 1000 + 500,
      rollouts: rolled.map(([target, from, to, status = 'succeeded']) =>
        rollout({ target, from: { tag: from }, to: { tag: to }, status }),
      ),
      ...more,
    });
  const open = { state: 'left', finishedAt: null };
  const back = { kind: 'rollback' };
  const before = [at(1, [[A, '0', '1'], [B, '0', '1'], [C, '0', '1']]), at(2, [[A, '1', '2'], [B, '1', '2'], [C, '1', '2']])]; // prettier-ignore
  /** Desired, and live where that is another. */
  const ways = (now: Record<string, [desired: string, live?: string]>, records: ReturnType<typeof record>[]) => {
    const seen = Object.entries(now).map(([target, [desired, live = desired]]): [string, Seen] => [
      target,
      { desired, desiredAt: T0, live: { tag: live, at: T0 }, lastGood: null, records: [...before, ...records] },
    ]);
    return [...waysBack('ui', new Map(seen)).values()].map(wayOf);
  };

  it('goes to the one before in each', () => expect(ways({ [A]: ['2'], [B]: ['2'] }, [])).toEqual(['1', '1']));
  it('leaves alone where a deploy that was stopped half-way never got', () => {
    const half = at(3, [[A, '2', '3'], [B, '2', '3', 'failed'], [C, '2', '3', 'skipped']]); // prettier-ignore
    expect(ways({ [A]: ['3'], [B]: ['3', '2'], [C]: ['2'] }, [half])).toEqual(['2', '2', 'stays 2']);
  });
  it('leaves alone what a deploy to other targets was not meant for', () => {
    const canary = at(3, [[A, '2', '3']]);
    expect(ways({ [A]: ['3'], [B]: ['2'], [C]: ['2'] }, [canary])).toEqual(['2', 'stays 2', 'stays 2']);
    // One wave after the other: what is everywhere is left everywhere.
    const rest = at(4, [[B, '2', '3'], [C, '2', '3']]); // prettier-ignore
    expect(ways({ [A]: ['3'], [B]: ['3'], [C]: ['3'] }, [canary, rest])).toEqual(['2', '2', '2']);
  });
  it('leaves alone what was brought back by itself before', () => {
    const alone = at(3, [[A, '2', '1']], back);
    expect(ways({ [A]: ['1'], [B]: ['2'], [C]: ['2'] }, [alone])).toEqual(['stays 1', '1', '1']);
    expect(ways({ [A]: ['1'] }, [alone])).toEqual([null]);
  });
  it('goes on where it was cut off, and nowhere else', () => {
    const cut = at(3, [[A, '2', '1'], [B, '2', '1', 'queued']], { ...back, ...open }); // prettier-ignore
    expect(ways({ [A]: ['1'], [B]: ['2'], [C]: ['2'] }, [cut])).toEqual(['1', '1', 'stays 2']);
    // Another target was deployed to since: that hides nothing.
    const since = at(4, [[C, '2', '3']]);
    expect(ways({ [A]: ['1'], [B]: ['1', '2'], [C]: ['3'] }, [cut, since])).toEqual(['1', '1', 'stays 3']);
    // Somebody has written another tag since.
    expect(ways({ [A]: ['9', '2'] }, [cut])).toEqual(['2']);
  });
  it('goes on where it came in some targets and failed in others', () => {
    const half = at(3, [[A, '2', '1'], [B, '2', '1', 'failed']], { ...back, state: 'partial' }); // prettier-ignore
    expect(ways({ [A]: ['1'], [B]: ['1', '2'] }, [half])).toEqual(['1', '1']);
    // Where it came nowhere, to what serves.
    const failed = at(3, [[A, '2', '1', 'failed'], [B, '2', '1', 'failed']], { ...back, state: 'failed' }); // prettier-ignore
    expect(ways({ [A]: ['1', '2'], [B]: ['1', '2'] }, [failed])).toEqual(['2', '2']);
  });
  it('does not go on to what was never steady: --force went there', () => {
    const forced = at(3, [[A, '2', '9', 'running']], { ...back, ...open });
    expect(ways({ [A]: ['9', '2'] }, [forced])).toEqual(['2']);
    expect(ways({ [A]: ['2'] }, [forced])).toEqual(['1']);
  });
  it('is not what a rollback left that was left itself', () => {
    const left = at(3, [[A, '2', '1', 'started']], { ...back, ...open });
    const failed = at(4, [[A, '1', '3', 'rolled-back']]);
    expect(ways({ [A]: ['1'] }, [left, failed])).toEqual([null]);
    // It never began: what was there served until the next deploy.
    const never = at(3, [[A, '2', '1', 'queued']], { ...back, ...open });
    expect(ways({ [A]: ['3'] }, [never, at(4, [[A, '2', '3']])])).toEqual(['2']);
  });
  it('is not what the label is still on, where the record knows better', () => {
    const done = at(3, [[A, '2', '1']], back);
    expect(ways({ [A]: ['1', '2'] }, [done])).toEqual([null]);
  });
  it('may be where a rollback was going that was cancelled', () => {
    const cause = { code: 'Cancelled', message: 'm', advice: 'a' };
    const cancelled = at(3, [], { ...back, state: 'cancelled', rollouts: [rollout({ target: A, from: { tag: '2' }, to: { tag: '1' }, status: 'rolled-back', cause })] }); // prettier-ignore
    expect(ways({ [A]: ['2'] }, [cancelled])).toEqual(['1']);
  });
  it('each goes its own way where nothing tells which version is the newer one', () => {
    const seen = (desired: string, lastGood: string): Seen => ({
      ...{ desired, desiredAt: T0, records: [] },
      live: { tag: desired, at: T0 },
      lastGood: { tag: lastGood, at: T0 - 1 },
    });
    expect([...waysBack('ui', new Map([[A, seen('3', '2')], [B, seen('2', '1')]])).values()].map(wayOf)).toEqual(['2', '1']); // prettier-ignore
  });
});

describe('where the records are forgotten', () => {
  const target = 'shop-canary/eu-west-1';
  const versions = (...written: [tag: string, op: AuditOp, deploy?: string][]) =>
    written.map(([tag, op, deploy], index) => ({
      ...{ version: index + 1, value: tag, type: 'String', updatedBy: null, updatedAt: T0 + index, labels: [] },
      description: formatAudit({ by: 'ana', op, version: index + 1, ...(deploy ? { deploy } : {}) }),
    }));
  const back = (lastGood: [tag: string, at: number], ...written: Parameters<typeof versions>) => {
    const desired = written.at(-1)![0];
    const seen: Seen = {
      ...{ desired, desiredAt: T0 + written.length, records: [], versions: versions(...written) },
      live: { tag: desired, at: T0 + written.length },
      lastGood: { tag: lastGood[0], at: T0 + lastGood[1] },
    };
    return wayOf(waysBack('ui', new Map([[target, seen]])).get(target)!);
  };
  it('the label tells, where the tag was not left for what is there now', () => {
    expect(back(['1', 0], ['1', 'deploy'], ['2', 'deploy'])).toBe('1');
    // Rolled back from 2 to 1: last-good is on what was left.
    expect(back(['2', 1], ['1', 'deploy'], ['2', 'deploy'], ['1', 'rollback', 'r'])).toBeNull();
    // A deploy of 3 failed and wrote 2 again: last-good is what was before.
    expect(back(['1', 0], ['1', 'deploy'], ['2', 'deploy'], ['3', 'deploy', 'd'], ['2', 'rollback', 'd'])).toBe('1');
    // What was left came again, and stayed.
    expect(back(['2', 3], ['1', 'deploy'], ['2', 'deploy'], ['1', 'rollback'], ['2', 'deploy'], ['3', 'deploy'])).toBe('2');
  });
});
