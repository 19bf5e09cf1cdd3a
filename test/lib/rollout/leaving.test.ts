import { expect, it } from 'vitest';
import { obstaclesToLeaving } from '../../../src/lib/rollout/leaving.js';
import type { DeployPlan } from '../../../src/lib/rollout/plan.js';

const SETTINGS = { strategy: 'rolling', alarms: [] as string[], pause: { at: [] as string[], timeoutMinutes: 60 } };
interface Asked {
  readonly name?: string;
  readonly target?: string;
  readonly action?: string;
  readonly needs?: readonly string[];
  readonly after?: readonly string[];
  readonly before?: readonly string[];
  readonly deploy?: Partial<typeof SETTINGS>;
}
const rollout = ({
  name = 'ui',
  target = 'a/r',
  action = 'update',
  needs = [],
  after = [],
  before = [],
  deploy,
}: Asked = {}) => ({
  service: { name, needs, deploy: { ...SETTINGS, ...deploy }, hooks: { before: before.map((b) => ({ name: b })), after } },
  ...{ target: { name: target }, action, changes: ['tag', 'task definition'] },
});
const wave = (bakeMs: number, ...rollouts: Asked[]) => ({ bakeMs, rollouts: rollouts.map(rollout) });
const obstacles = (...waves: object[]) => obstaclesToLeaving({ waves } as unknown as Pick<DeployPlan, 'waves'>);

it.each([
  ['one service', [wave(0, {})]],
  ['all targets of a wave', [wave(60_000, {}, { target: 'b/r' })]],
  ['a wave with changes, and others without', [wave(60_000, { action: 'unchanged' }), wave(0, { target: 'b/r' })]],
  ['a service whose needs stay as they are', [wave(0, { needs: ['cart'] }, { name: 'cart', action: 'unchanged' })]],
  ['a service whose needs change elsewhere', [wave(0, { needs: ['cart'] }, { name: 'cart', target: 'b/r' })]],
  ['tasks before it: they end before it begins', [wave(0, { before: ['migrate'] })]],
  ['alarms without a bake: ECS watches them', [wave(0, { deploy: { alarms: ['5xx'] } })]],
  ['traffic that ECS shifts', [wave(0, { deploy: { strategy: 'canary' } })]],
  ['pauses that its strategy does not have', [wave(0, { deploy: { pause: { at: ['pre-scale-up'], timeoutMinutes: 60 } } })]],
  ['a service with checks that does not change', [wave(0, { action: 'unchanged', after: ['smoke'] })]],
])('%s can be left', (_what, waves) => expect(obstacles(...waves)).toEqual([]));

it.each([
  [
    'several waves',
    [wave(0, {}, { target: 'b/r' }), wave(0, { target: 'c/r' })],
    ['2 waves: only a deploy that waits goes from one to the next', 'One wave at a time: --targets a/r --targets b/r'],
  ],
  [
    'needs that change too',
    [wave(0, { needs: ['cart', 'orders'] }, { name: 'cart' }, { name: 'orders' })],
    [
      'ui needs cart, ui needs orders: only a deploy that waits knows when the one is up',
      'Deploy cart, orders first, and wait for it.',
    ],
  ],
  [
    'checks of the new version',
    [wave(0, { after: ['smoke'] })],
    ['ui with deploy.after: the checks come after the end of a rollout', 'Leave them out: --skip-hooks'],
  ],
  [
    'alarms in a bake',
    [wave(60_000, { deploy: { alarms: ['5xx'] } })],
    ['the alarms of ui (5xx) are watched for the bake of the wave', 'Leave out --no-wait, so that somebody watches them.'],
  ],
  [
    'pauses',
    [wave(0, { deploy: { strategy: 'canary', pause: { at: ['pre-scale-up'], timeoutMinutes: 60 } } })],
    [
      'ui pauses at pre-scale-up: somebody has to see it, and let it go on',
      'Another strategy for this deploy, e.g. --strategy rolling',
    ],
  ],
])('%s keep it from being left', (_what, waves, [why, next]) => expect(obstacles(...waves)).toEqual([{ why, next }]));

it('tells all that is in the way', () => {
  const found = obstacles(wave(60_000, { after: ['smoke'], deploy: { alarms: ['5xx'] } }), wave(0, { target: 'b/r' }));
  expect(found.map(({ why }) => why.split(' ')[0])).toEqual(['2', 'ui', 'the']);
});
