import { describe, expect, it } from 'vitest';
import type { Effects } from '../../../src/lib/engine/effects.js';
import { LiveLabels } from '../../../src/lib/engine/live-labels.js';
import type { RolloutContext } from '../../../src/lib/engine/rollout.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';

const rollout = (name: string) => ({ service: { name }, target: { name: 'a/r' } }) as unknown as PlannedRollout;

/** SSM that answers a label when it is let go on. */
function scene(answer: (name: string, label: string) => Promise<void> = () => Promise.resolve()) {
  const labels: string[] = [];
  const events: BafEvent[] = [];
  const failed: string[] = [];
  const ssm = {
    async label(name: string, version: number, [label]: readonly string[]) {
      await answer(name, label!);
      labels.push(`${name.split('/').at(-1)}:${label} ${version}`);
    },
    estimateWrites: (count: number) => count * 345,
  };
  const effects = { at: () => ({ ssm }), clock: { now: () => 7 } } as unknown as Effects;
  const context = { effects, environment: 'prod' } as unknown as RolloutContext;
  const made = new LiveLabels(
    effects,
    (event) => events.push(event),
    (r, error) => failed.push(`${r.service.name}: ${String(error)}`),
  );
  const owe = (name: string, version: number, before: number | null) => made.owe(rollout(name), context, { version, before });
  return { labels, events, failed, made, owe };
}

describe('labels at the end of rollouts', () => {
  it('leave last-good on what live was on before, and then move live', async () => {
    const { labels, events, made, owe } = scene();
    owe('ui', 5, 4);
    await made.finish();
    owe('cart', 1, null);
    owe('carts', 3, 3);
    await made.finish();
    expect(labels).toEqual(['ui:last-good 4', 'ui:live 5', 'cart:live 1']);
    expect(events).toEqual([]);
  });

  it('go two at a time in each target, and what takes long is told', async () => {
    let underWay = 0;
    let most = 0;
    const go: (() => void)[] = [];
    const { events, labels, made, owe } = scene(async () => {
      most = Math.max(most, ++underWay);
      await new Promise<void>((resolve) => go.push(resolve));
      underWay--;
    });
    for (let i = 0; i < 10; i++) owe(`s${i}`, 2, 1);
    const done = made.finish();
    for (let turn = 0; turn < 200 && labels.length < 20; turn++) {
      go.splice(0).forEach((on) => on());
      await new Promise((next) => setImmediate(next));
    }
    await done;
    expect([labels.length, most]).toEqual([20, 2]);
    // Eight that wait, two labels each.
    expect(events).toEqual([
      { type: 'step', at: 7, name: 'labels', state: 'started', detail: 'live on deploy tags, about 6 s' },
      { type: 'step', at: 7, name: 'labels', state: 'succeeded' },
    ]);
  });

  it('that are dropped are left to the next deploy, except those under way', async () => {
    const { labels, made, owe } = scene();
    for (const name of ['a', 'b', 'c', 'd']) owe(name, 2, 1);
    made.drop();
    owe('e', 2, 1);
    await made.finish();
    expect(labels.sort()).toEqual(['a:last-good 1', 'a:live 2', 'b:last-good 1', 'b:live 2']);
  });

  it('that cannot be written are told of, and stop no other', async () => {
    const { labels, failed, made, owe } = scene((name) =>
      name.endsWith('/b') ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    for (const name of ['a', 'b', 'c']) owe(name, 2, null);
    await made.finish();
    expect(labels).toEqual(['a:live 2', 'c:live 2']);
    expect(failed).toEqual(['b: Error: no']);
  });
});
