/** Whatever happens to a stack, its resources are those of the last template that was carried out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { State } from '../../../src/lib/sandbox/state.js';
import { body, logGroup, parameter, stackDrive, type StackDrive } from './stack-drive.js';

/** Small templates over few names, so that they meet: parameters (changed in place) and groups (replaced). */
type Wanted = Record<string, string>;
const wanted = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'), {
  minKeys: 1,
  noNullPrototype: true,
});
const resources = (of: Wanted, broken: boolean) => {
  const made = Object.fromEntries(
    Object.entries(of).map(([key, value], index, all) => {
      const before = all[index - 1]?.[0];
      const more = before === undefined ? {} : { DependsOn: before.toUpperCase() };
      return [key.toUpperCase(), key < 'c' ? parameter(`/${key}`, value, more) : logGroup(`/${key}/${value}`, more)];
    }),
  );
  return broken ? { ...made, X: logGroup('/taken', { DependsOn: Object.keys(made).at(-1) }) } : made;
};
const live = (d: StackDrive): Wanted => ({
  ...Object.fromEntries(
    (d.call('ssm', 'DescribeParameters', {}).Parameters as { Name: string }[]).map(({ Name }) => [
      Name.slice(1),
      d.call('ssm', 'GetParameter', { Name }).Parameter.Value as string,
    ]),
  ),
  ...Object.fromEntries(
    (d.call('logs', 'DescribeLogGroups', {}).logGroups as { logGroupName: string }[])
      .filter(({ logGroupName }) => logGroupName !== '/taken')
      .map(({ logGroupName }) => logGroupName.split('/').slice(1) as [string, string]),
  ),
});

type Step =
  | { kind: 'apply'; template: Wanted; broken: boolean; changeSet: boolean }
  | { kind: 'cancel'; template: Wanted; after: number }
  | { kind: 'stop'; template: Wanted; then: 'back' | 'delete' }
  | { kind: 'delete' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      template: wanted,
      broken: fc.boolean(),
      changeSet: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), template: wanted, after: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('stop' as const),
      template: wanted,
      then: fc.constantFrom('back' as const, 'delete' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
);

const there = (d: StackDrive): boolean => {
  try {
    return d.status() !== 'DELETE_COMPLETE';
  } catch {
    return false;
  }
};
/** Refusals are answers too: there is nothing to change, or the stack can only be deleted. */
function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(
      /No updates are to be performed|can not be updated|cannot be called|contain changes|in its current/,
    );
    return false;
  }
}

/** Carries a step out; returns what the stack then has to hold. */
function carry(d: StackDrive, one: Step, held: Wanted): Wanted {
  const exists = there(d);
  if (exists && ['ROLLBACK_COMPLETE'].includes(d.status())) attempt(() => remove(d));
  if (one.kind === 'delete') {
    if (there(d)) remove(d);
    return {};
  }
  const creating = !there(d);
  const broken = one.kind === 'stop' || (one.kind === 'apply' && one.broken);
  const input = { StackName: 's', TemplateBody: body(resources(one.template, broken)) };
  const more = one.kind === 'stop' ? { DisableRollback: true } : {};
  const begun = attempt(() => {
    if (one.kind !== 'apply' || !one.changeSet)
      return void d.cfn(creating ? 'CreateStack' : 'UpdateStack', { ...input, ...more });
    const set = { StackName: 's', ChangeSetName: 'c' };
    d.cfn('CreateChangeSet', { ...input, ...set, ChangeSetType: creating ? 'CREATE' : 'UPDATE' });
    d.pass(3);
    if (d.cfn('DescribeChangeSet', set).Status === 'FAILED') return void d.cfn('DeleteChangeSet', set);
    d.cfn('ExecuteChangeSet', set);
  });
  if (one.kind === 'cancel') {
    d.pass(one.after);
    const cancelled =
      begun && !creating && d.status() === 'UPDATE_IN_PROGRESS' && attempt(() => d.cfn('CancelUpdateStack', { StackName: 's' }));
    d.pass(200);
    return cancelled || !begun ? held : one.template;
  }
  d.pass(200);
  if (one.kind === 'stop') {
    if (!begun) return held;
    if (one.then === 'delete') remove(d);
    else {
      d.cfn('RollbackStack', { StackName: 's' });
      d.pass(200);
    }
    return one.then === 'delete' || creating ? {} : held;
  }
  if (broken) return creating ? {} : held;
  return one.template;
}
function remove(d: StackDrive): void {
  d.cfn('DeleteStack', { StackName: 's' });
  d.pass(200);
}

const begin = (from?: State, vpc?: string): StackDrive => stackDrive(from, vpc);

describe('a stack', () => {
  it('holds what the last whole template says, whatever was tried since', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 7 }), (steps) => {
        const d = begin();
        d.call('logs', 'CreateLogGroup', { logGroupName: '/taken' });
        let held: Wanted = {};
        for (const one of steps) {
          held = carry(d, one, held);
          // A name of a parameter that was deleted is free again after half a minute.
          d.pass(60);
          expect(live(d)).toEqual(held);
          if (there(d)) {
            expect(d.status()).toMatch(
              /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|ROLLBACK_COMPLETE|REVIEW_IN_PROGRESS)$/,
            );
            if (/^(CREATE|UPDATE)/.test(d.status())) expect(drifted(d)).toEqual([]);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on identically after it was saved and loaded at any moment', () => {
    fc.assert(
      fc.property(wanted, wanted, fc.boolean(), fc.nat(40), (first, second, broken, at) => {
        const d = begin();
        d.call('logs', 'CreateLogGroup', { logGroupName: '/taken' });
        d.create(resources(first, false));
        attempt(() => d.cfn('UpdateStack', { StackName: 's', TemplateBody: body(resources(second, broken)) }));
        d.pass(at);
        const saved = JSON.parse(JSON.stringify(d.sandbox.store.state)) as State;
        const e = begin(saved, d.vpc);
        e.clock.advance(d.clock.now() - e.clock.now());
        for (const one of [d, e]) one.pass(200);
        expect(JSON.parse(JSON.stringify(e.sandbox.store.state))).toEqual(JSON.parse(JSON.stringify(d.sandbox.store.state)));
      }),
      { numRuns: 40 },
    );
  });
});

function drifted(d: StackDrive): string[] {
  d.cfn('DetectStackDrift', { StackName: 's' });
  d.pass(10);
  return (
    d.cfn('DescribeStackResourceDrifts', { StackName: 's', StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'] })
      .StackResourceDrifts as {
      LogicalResourceId: string;
    }[]
  ).map((one) => one.LogicalResourceId);
}
