import { describe, expect, it, vi } from 'vitest';
import { createPacer } from '../../../src/lib/aws/pacer.js';
import { STACK_LOOKS } from '../../../src/lib/aws/paces.js';
import { createCloudFormationEngine, HASH_TAG, hashOf } from '../../../src/lib/stacks/cloudformation/engine.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { CloudFormationGateway, StackState } from '../../../src/lib/stacks/cloudformation/gateway.js';

const spec = { name: 's', template: { Resources: { A: { Type: 'T' } } }, tags: { a: 'b' } };
const state = (status: string, tags: Record<string, string> = { [HASH_TAG]: hashOf(spec) }): StackState => ({
  id: 'id-s',
  status,
  reason: null,
  tags,
  outputs: { O: '1' },
});
const signal = new AbortController().signal;

/** Answers DescribeStacks in turn, the last one for ever; every call is written down. */
function fake(
  states: (StackState | null)[],
  events: Awaited<ReturnType<CloudFormationGateway['events']>> = [],
  more: Partial<CloudFormationGateway> = {},
) {
  const calls: string[] = [];
  const rest = [...states];
  const gateway: CloudFormationGateway = {
    describe: () => (calls.push('describe'), Promise.resolve(rest.length > 1 ? rest.shift()! : rest[0]!)),
    list: () => (calls.push('list'), Promise.resolve({ stacks: [], next: null })),
    template: () => (calls.push('template'), Promise.resolve('{"Resources":{"A":{"Type":"U"},"B":{"Type":"T"}}}')),
    events: () => (calls.push('events'), Promise.resolve(events)),
    create: () => (calls.push('create'), Promise.resolve('id-s')),
    update: () => (calls.push('update'), Promise.resolve('started')),
    delete: () => (calls.push('delete'), Promise.resolve()),
    ...more,
  };
  return { calls, gateway, engine: createCloudFormationEngine(gateway, { now: () => 0, sleep: () => Promise.resolve() }) };
}

describe('the CloudFormation engine', () => {
  it('unchanged is one read and no write', async () => {
    const { calls, engine } = fake([state('CREATE_COMPLETE')]);
    expect(await engine.plan(spec)).toEqual({ action: 'none', changes: [] });
    expect(await engine.outputs('s')).toEqual({ O: '1' });
    expect(calls).toEqual(['describe']);
    expect(await engine.apply(spec, signal)).toEqual({ changed: false, outputs: { O: '1' } });
    expect(calls).toEqual(['describe', 'describe']);
  });
  it('plans what would change, without writing', async () => {
    const { calls, engine } = fake([state('UPDATE_COMPLETE', {})]);
    expect(await engine.plan(spec)).toEqual({
      action: 'update',
      changes: [
        { action: 'modify', logicalId: 'A', type: 'T', replacement: false },
        { action: 'remove', logicalId: 'B', type: 'T', replacement: false },
      ],
    });
    expect(calls).toEqual(['describe', 'template']);
    expect((await fake([null]).engine.plan(spec)).action).toBe('create');
  });
  it('waits for what a killed run began', async () => {
    const { calls, engine } = fake([state('CREATE_IN_PROGRESS'), state('CREATE_IN_PROGRESS'), state('CREATE_COMPLETE')]);
    expect((await engine.apply(spec, signal)).changed).toBe(false);
    expect(calls).toEqual(['describe', 'describe', 'describe']);
  });
  it('clears a first creation that failed, and makes it anew', async () => {
    const { calls, engine } = fake([state('ROLLBACK_COMPLETE'), state('DELETE_COMPLETE'), state('CREATE_COMPLETE')]);
    expect((await engine.apply(spec, signal)).changed).toBe(true);
    expect(calls.filter((c) => c !== 'describe')).toEqual(['delete', 'create']);
  });
  it('updates what differs', async () => {
    const { calls, engine } = fake([state('UPDATE_ROLLBACK_COMPLETE'), state('UPDATE_COMPLETE')]);
    expect((await engine.apply(spec, signal)).changed).toBe(true);
    expect(calls).toContain('update');
  });
  it('names the resource that failed first, not those cancelled after it', async () => {
    const event = { type: 'T', status: 'CREATE_FAILED' };
    const { engine } = fake(
      [null, state('ROLLBACK_COMPLETE')],
      [
        { ...event, at: 3, logicalId: 'B', reason: 'Resource creation cancelled' },
        { ...event, at: 2, logicalId: 'A', reason: 'Priority in use' },
        { type: 'T', status: 'CREATE_IN_PROGRESS', at: 1, logicalId: 'A', reason: null },
      ],
    );
    await expect(engine.apply(spec, signal)).rejects.toMatchObject({
      code: 'StackFailed',
      message: 'The stack s ended as ROLLBACK_COMPLETE: A (T): Priority in use',
      exitCode: 1,
    });
  });
  it('asks for the events of its own operation only', async () => {
    const tokens: string[] = [];
    const { engine } = fake([null, state('ROLLBACK_COMPLETE')], [], {
      create: ({ token }) => (tokens.push(token), Promise.resolve('id-s')),
      events: (_stack, token) => (tokens.push(token), Promise.resolve([])),
    });
    await expect(engine.apply(spec, signal)).rejects.toMatchObject({
      message: 'The stack s ended as ROLLBACK_COMPLETE: ROLLBACK_COMPLETE',
    });
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[0]).toMatch(/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/);
  });
  it('joins in where another run was faster', async () => {
    const { calls, engine } = fake([null, state('CREATE_IN_PROGRESS'), state('CREATE_COMPLETE')], [], {
      create: () => Promise.reject(new UserError('AlreadyExistsException', { message: 'Stack [s] already exists' })),
    });
    expect(await engine.apply(spec, signal)).toEqual({ changed: false, outputs: { O: '1' } });
    expect(calls).toEqual(['describe', 'describe', 'describe']);
  });
  it('says how to go on where AWS lets nobody update', async () => {
    const { engine } = fake([state('UPDATE_ROLLBACK_FAILED')]);
    await expect(engine.apply(spec, signal)).rejects.toMatchObject({ code: 'StackStuck', exitCode: 1 });
  });
  it('plans a creation where the stack is on its way out, and a change where its template cannot be read', async () => {
    expect((await fake([state('DELETE_IN_PROGRESS')]).engine.plan(spec)).action).toBe('create');
    const yaml = fake([state('CREATE_COMPLETE', {})], [], { template: () => Promise.resolve('Resources:\n  A: {}\n') });
    expect(await yaml.engine.plan(spec)).toMatchObject({ action: 'update', changes: [{ action: 'modify', logicalId: 'A' }] });
  });
  it('tells the outputs anew after a change', async () => {
    const changed = { ...state('UPDATE_COMPLETE'), outputs: { O: '2' } };
    const { engine } = fake([state('CREATE_COMPLETE'), state('CREATE_COMPLETE', {}), changed]);
    await engine.plan(spec);
    expect(await engine.outputs('s')).toEqual({ O: '1' });
    expect((await engine.apply(spec, signal)).outputs).toEqual({ O: '2' });
    expect(await engine.outputs('s')).toEqual({ O: '2' });
  });
  it('waits for a hundred and ten stacks with as many looks a second as for twenty', async () => {
    vi.useFakeTimers({ now: 0 });
    try {
      const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
      const looks: number[] = [];
      const describe = (stack: string) => {
        looks.push(Date.now());
        const made = Date.now() >= 60_000 + 1_000 * (Number(stack.slice(1)) % 30);
        return Promise.resolve(looks.length <= NAMES.length ? null : state(made ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS'));
      };
      const NAMES = Array.from({ length: 110 }, (_, n) => `s${n}`);
      const { gateway } = fake([], [], { describe });
      const engine = createCloudFormationEngine(gateway, clock, createPacer(STACK_LOOKS, clock));
      const ends: number[] = [];
      const all = Promise.all(NAMES.map(async (name) => (await engine.apply({ ...spec, name }, signal), ends.push(Date.now()))));
      await vi.advanceTimersByTimeAsync(240_000);
      await all;
      const waiting = looks.slice(2 * NAMES.length);
      const inSecond = (at: number): number => looks.filter((t) => t >= at && t < at + 1_000).length;
      expect(Math.max(...looks.map(inSecond))).toBeLessThanOrEqual(STACK_LOOKS.burst + STACK_LOOKS.perSecond);
      expect(waiting.length).toBeGreaterThan(NAMES.length);
      expect(waiting.length).toBeLessThan(4.5 * 125);
      expect(Math.max(...ends)).toBeLessThan(125_000);
    } finally {
      vi.useRealTimers();
    }
  });
  it('looks at many together where they are listed, and one by one at those that are not found or may not be listed', async () => {
    const NAMES = Array.from({ length: 110 }, (_, n) => `s${n}`);
    const page = (names: string[], next: string | null) => ({
      stacks: names.map((name) => ({ name, state: state('CREATE_COMPLETE') })),
      next,
    });
    const planned = async (list: CloudFormationGateway['list'], names = NAMES) => {
      const pages: (string | null)[] = [];
      const { calls, engine } = fake([state('CREATE_COMPLETE')], [], { list: (next) => (pages.push(next), list(next)) });
      await engine.lookAhead(names);
      const plans = await Promise.all(names.map((name) => engine.plan({ ...spec, name })));
      const outputs = await Promise.all(names.map((name) => engine.outputs(name)));
      expect(outputs.every((o) => o?.['O'] === '1' || o === null)).toBe(true);
      return { pages, looks: calls.length, engine, calls, creates: plans.filter((p) => p.action === 'create').length };
    };
    const two = await planned((next) => Promise.resolve(next ? page(NAMES.slice(60), null) : page(NAMES.slice(0, 60), 'b')));
    expect([two.pages, two.looks]).toEqual([[null, 'b'], 0]);
    // Looked at ahead counts once: the next plan sees what is there then.
    await two.engine.plan({ ...spec, name: 's1' });
    expect(two.calls).toEqual(['describe']);
    const some = await planned(() => Promise.resolve(page([...NAMES.slice(0, 100), 'other'], null)));
    expect([some.pages.length, some.creates, some.looks]).toEqual([1, 10, 10]);
    const full = await planned(() => Promise.resolve(page(['other'], 'on')));
    expect([full.pages.length, full.looks, full.creates]).toEqual([13, 110, 0]);
    const refused = await planned(() => Promise.reject(new UserError('AccessDenied', { message: 'no' })));
    expect([refused.pages.length, refused.looks]).toEqual([1, 110]);
    await refused.engine.lookAhead(NAMES);
    expect(refused.pages).toHaveLength(1);
    const few = await planned(() => Promise.resolve(page([], null)), NAMES.slice(0, 10));
    expect([few.pages.length, few.looks]).toEqual([0, 10]);
  });
  it('stops waiting when it is told to', async () => {
    const gone = AbortSignal.abort(new Error('stop'));
    const { gateway } = fake([state('CREATE_IN_PROGRESS')]);
    const clock = { now: () => 0, sleep: (_ms: number, s?: AbortSignal) => (s?.throwIfAborted(), Promise.resolve()) };
    await expect(createCloudFormationEngine(gateway, clock).apply(spec, gone)).rejects.toThrow('stop');
  });
  it('destroys once, and nothing where there is nothing', async () => {
    const { calls, engine } = fake([state('CREATE_COMPLETE'), state('DELETE_IN_PROGRESS'), state('DELETE_COMPLETE')]);
    await engine.destroy('s', signal);
    expect(calls).toEqual(['describe', 'delete', 'describe', 'describe']);
    const none = fake([null]);
    await none.engine.destroy('s', signal);
    expect(none.calls).toEqual(['describe']);
    await expect(fake([state('CREATE_COMPLETE'), state('DELETE_FAILED')]).engine.destroy('s', signal)).rejects.toMatchObject({
      code: 'StackFailed',
    });
  });
  it('hashes by content, not by the order of keys', () => {
    expect(hashOf({ ...spec, template: { b: 1, a: { d: 1, c: 2 } } })).toBe(
      hashOf({ ...spec, template: { a: { c: 2, d: 1 }, b: 1 } }),
    );
    expect(hashOf(spec)).not.toBe(hashOf({ ...spec, tags: {} }));
  });
});
