/** A recorded deploy: two waves, three targets, one failure, its way back. And a staging. */
import type { BafEvent } from '../../../src/lib/model/event.js';

const start = Date.parse('2026-11-19T14:00:00Z');
const at = (seconds: number): number => start + seconds * 1000;
const to = { tag: '1.5.0' };
const from = { tag: '1.4.0', revision: 'shop-prod-ui:7' };
const canary = { service: 'ui', target: 'shop-canary/eu-west-1' };
const prod = ['shop-prod/eu-west-1', 'shop-prod/us-east-1'].map((target) => ({ service: 'ui', target }));
const cause = {
  code: 'ContainerExited',
  message: 'Essential container in task exited (exit code 1): 100% of 3 tasks, "app"',
  advice: 'The application stops by itself: read its last log lines, fix it, deploy another tag.',
};
const tasks = (running: number, pending: number, old: number) => ({ desired: 2, running, pending, old });

export const deployLog: BafEvent[] = [
  {
    type: 'deploy.started',
    at: at(0),
    id: 'd-20261119140000-ab12',
    kind: 'deploy',
    name: 'prod',
    environment: 'prod',
    waves: [
      { targets: [canary.target], services: ['ui'] },
      { targets: prod.map((p) => p.target), services: ['ui'] },
    ],
  },
  { type: 'rollout.queued', at: at(0), ...canary, wave: 0, from, to },
  ...prod.map((p): BafEvent => ({ type: 'rollout.queued', at: at(0), ...p, wave: 1, from, to })),
  { type: 'wave.started', at: at(1), wave: 0, targets: [canary.target] },
  { type: 'rollout.started', at: at(1), ...canary },
  { type: 'rollout.step', at: at(2), ...canary, step: 'tag', detail: '1.5.0' },
  { type: 'rollout.step', at: at(3), ...canary, step: 'watching', detail: 'ecs-svc/1' },
  { type: 'rollout.progress', at: at(4), ...canary, tasks: tasks(0, 2, 2) },
  { type: 'rollout.progress', at: at(9), ...canary, tasks: tasks(0, 2, 2) },
  { type: 'rollout.progress', at: at(40), ...canary, tasks: tasks(2, 0, 0) },
  { type: 'rollout.message', at: at(60), ...canary, level: 'info', text: '(service shop-prod-ui) has reached a steady state.' },
  { type: 'rollout.ended', at: at(61), ...canary, status: 'succeeded', from, to: { ...to, revision: 'shop-prod-ui:8' } },
  { type: 'wave.ended', at: at(61), wave: 0, failed: 0 },
  { type: 'wave.baking', at: at(61), wave: 0, untilAt: at(121) },
  { type: 'wave.started', at: at(121), wave: 1, targets: prod.map((p) => p.target) },
  { type: 'rollout.started', at: at(121), ...prod[0]! },
  { type: 'rollout.started', at: at(121), ...prod[1]! },
  { type: 'rollout.progress', at: at(130), ...prod[0]!, tasks: tasks(1, 1, 2) },
  { type: 'rollout.message', at: at(140), ...prod[1]!, level: 'warn', text: 'log: fatal: cannot start\nexiting' },
  { type: 'rollout.step', at: at(150), ...prod[1]!, step: 'rolling-back' },
  { type: 'interrupted', at: at(151), signal: 'SIGINT', running: ['ui in shop-prod/eu-west-1'] },
  { type: 'rollout.ended', at: at(160), ...prod[1]!, status: 'rolled-back', from, to, cause },
  { type: 'rollout.ended', at: at(161), ...prod[0]!, status: 'skipped', from, to },
  { type: 'wave.ended', at: at(161), wave: 1, failed: 1 },
  { type: 'warning', at: at(161), text: 'one target was left alone' },
  {
    type: 'deploy.ended',
    at: at(162),
    outcome: {
      id: 'd-20261119140000-ab12',
      environment: 'prod',
      status: 'partial',
      startedAt: new Date(at(0)).toISOString(),
      finishedAt: new Date(at(162)).toISOString(),
      rollouts: [
        { ...canary, status: 'succeeded', from, to },
        { ...prod[0]!, status: 'skipped', from, to },
        { ...prod[1]!, status: 'rolled-back', from, to, cause },
      ],
    },
  },
];
