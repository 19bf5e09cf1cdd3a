import type { DeployRecord, RecordedRollout } from '../../../src/lib/records/record.js';

export const T0 = Date.parse('2026-11-19T14:00:00Z');

export const rollout = (more: Partial<RecordedRollout> = {}): RecordedRollout => ({
  service: 'ui',
  target: 'shop-canary/eu-west-1',
  wave: 0,
  status: 'succeeded',
  from: { tag: '1.3.0', revision: 'retail-store-prod-ui:3' },
  to: { tag: '1.4.0', revision: 'retail-store-prod-ui:4' },
  ...more,
});

export const record = (more: Partial<DeployRecord> = {}): DeployRecord => ({
  id: 'd-20261119140000-k3x9',
  environment: 'prod',
  project: 'retail-store',
  kind: 'deploy',
  by: 'ana',
  machine: 'm1',
  pid: 42,
  commit: 'abcdef0',
  run: 'https://github.com/acme/shop/actions/runs/7',
  plan: 'x',
  startedAt: T0,
  beatAt: T0 + 60_000,
  finishedAt: T0 + 60_000,
  state: 'succeeded',
  wave: 0,
  rollouts: [rollout()],
  cut: {},
  ...more,
});
