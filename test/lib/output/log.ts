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
  logs: ['starting', 'fatal: no database <at> "db"'],
};
const tasks = (running: number, pending: number, old: number) => ({ desired: 2, running, pending, old });

const ben = { by: 'ben', kind: 'deploy' as const, deploy: 'd-20261119135500-zz99', what: 'ui 1.4.0', run: null, reason: null };
const waits = { ...ben, by: 'cleo', deploy: 'd-20261119135800-yy88', what: 'ui 1.4.1', since: new Date(at(-60)).toISOString() };
const planned = (tag: string) => ({ action: 'update' as const, from: { tag }, to, changes: ['tag', 'task definition'] });

export const deployLog: BafEvent[] = [
  { type: 'preflight.started', at: at(-40), rollouts: 3, targets: [canary.target, ...prod.map((p) => p.target)] },
  { type: 'preflight.ended', at: at(-39), findings: [], counts: { ok: 12, warning: 0, problem: 0, skipped: 0 } },
  {
    type: 'lock.waiting',
    at: at(-38),
    services: ['ui'],
    holders: [{ ...ben, since: new Date(at(-300)).toISOString(), service: 'ui', overAt: new Date(at(80)).toISOString() }],
    ahead: [{ ...waits, services: ['ui'] }],
    untilAt: at(600),
  },
  { type: 'lock.taken', at: at(-2), services: ['ui'], waitedMs: 36_000 },
  { type: 'freeze.overridden', at: at(-2), freezes: ['prod is frozen: holidays'], reason: 'INC-7' },
  {
    type: 'plan.changed',
    at: at(-1),
    changes: [canary, ...prod].map((one) => ({ ...one, was: planned('1.3.0'), now: planned('1.4.0') })),
    asks: true,
  },
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
  {
    type: 'hook.started',
    at: at(3),
    ...canary,
    ...{ moment: 'before', hook: 'migrate', kind: 'task', detail: 'task 0a1b', resumed: false },
  },
  { type: 'hook.output', at: at(3), ...canary, hook: 'migrate', text: '3 migrations\u001b[2J applied' },
  { type: 'hook.ended', at: at(4), ...canary, moment: 'before', hook: 'migrate', status: 'succeeded' },
  { type: 'contact.lost', at: at(4), target: canary.target, api: 'ecs', reason: 'ecs:DescribeServices failed: socket hang up' },
  { type: 'contact.back', at: at(9), target: canary.target, api: 'ecs', lostAt: at(4) },
  { type: 'rollout.stage', at: at(9), ...canary, stage: 'TEST_TRAFFIC_SHIFT', position: 2, production: 0, test: 100 },
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
  {
    type: 'rollout.held',
    at: at(135),
    ...prod[1]!,
    cause: { code: 'CapacityMissing', message: 'AWS has no capacity for Fargate now.', advice: 'Wait, or take other subnets.' },
  },
  { type: 'rollout.message', at: at(140), ...prod[1]!, level: 'warn', text: 'log: fatal: cannot start\nexiting' },
  { type: 'rollout.step', at: at(150), ...prod[1]!, step: 'rolling-back' },
  { type: 'interrupted', at: at(151), signal: 'SIGINT', running: ['ui in shop-prod/eu-west-1'] },
  { type: 'rollout.ended', at: at(160), ...prod[1]!, status: 'rolled-back', from, to, cause },
  { type: 'budget.used-up', at: at(160), failed: 1, allowed: 0, onFailure: 'rollback' },
  { type: 'stopping', at: at(160), how: 'leave', by: null, attach: 'baf watch d-20261119140000-ab12 --env prod' },
  { type: 'wave.alarm', at: at(160), wave: 0, target: canary.target, alarm: 'ui-5xx', reason: 'Threshold Crossed' },
  { type: 'rollout.revised', at: at(160), ...canary, status: 'failed', from, to, cause: { ...cause, code: 'Alarm' } },
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
        { ...canary, status: 'failed', from, to, cause: { ...cause, code: 'Alarm' } },
        { ...prod[0]!, status: 'skipped', from, to },
        { ...prod[1]!, status: 'rolled-back', from, to, cause },
      ],
    },
  },
  { type: 'lock.lost', at: at(163), environment: 'prod', service: 'ui', by: 'dan' },
  { type: 'lock.kept', at: at(163), services: ['ui'], untilAt: at(283) },
];
