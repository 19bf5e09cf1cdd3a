import { describe, expect, it } from 'vitest';
import { decide, type Watched } from '../../../src/lib/rollout/decide.js';
import type { DeploymentState, ServiceState } from '../../../src/lib/model/observed.js';

const watched: Watched = {
  deploymentId: 'ecs-svc/2',
  taskDefinitionArn: 'arn:2',
  startedAt: 1_000_000,
  timeoutMs: 600_000,
  rollsBack: true,
};
const deployment = (
  id: string,
  status: string,
  rolloutState: DeploymentState['rolloutState'],
  createdAt = 1_000_000,
): DeploymentState => ({
  id,
  status,
  taskDefinitionArn: `arn:${id.at(-1)}`,
  rolloutState,
  rolloutStateReason: null,
  desired: 2,
  running: 2,
  pending: 0,
  failed: 0,
  createdAt,
});
const service = (deployments: DeploymentState[], messages: string[] = []): ServiceState => ({
  name: 'ui',
  status: 'ACTIVE',
  desired: 2,
  running: 2,
  pending: 0,
  taskDefinitionArn: deployments[0]?.taskDefinitionArn ?? '',
  deployments,
  events: messages.map((message, i) => ({ id: String(i), at: 1_000_500, message })),
  raw: {},
});

describe('decide', () => {
  it('waits while its own deployment is in progress', () => {
    expect(decide(watched, service([deployment('ecs-svc/2', 'PRIMARY', 'IN_PROGRESS')]), 1_000_100)).toEqual({
      kind: 'wait',
      rollingBack: false,
    });
  });
  it('succeeds only when its own deployment completed', () => {
    expect(decide(watched, service([deployment('ecs-svc/2', 'PRIMARY', 'COMPLETED')]), 1_000_100)).toEqual({ kind: 'succeeded' });
  });
  it('does not take a completed rollback for success', () => {
    const seen = service(
      [deployment('ecs-svc/1', 'PRIMARY', 'COMPLETED', 1)],
      ['(service ui) rolling back to deployment ecs-svc/1.'],
    );
    expect(decide(watched, seen, 1_000_900)).toMatchObject({ kind: 'failed', rolledBack: true });
  });
  it('waits for a rollback that is under way', () => {
    const seen = service([deployment('ecs-svc/1', 'PRIMARY', 'IN_PROGRESS', 1), deployment('ecs-svc/2', 'ACTIVE', 'FAILED')]);
    expect(decide(watched, seen, 1_000_900)).toEqual({ kind: 'wait', rollingBack: true });
  });
  it('tells a newer deployment of somebody else apart', () => {
    const seen = service([
      deployment('ecs-svc/3', 'PRIMARY', 'IN_PROGRESS', 1_000_400),
      deployment('ecs-svc/2', 'ACTIVE', 'IN_PROGRESS'),
    ]);
    expect(decide(watched, seen, 1_000_900)).toMatchObject({ kind: 'failed', cause: { code: 'RolloutUsurped' } });
  });
  it('waits out a stale answer, until the time is up', () => {
    expect(decide(watched, null, 1_000_100)).toEqual({ kind: 'wait', rollingBack: false });
    expect(decide(watched, null, 1_700_000)).toMatchObject({ kind: 'failed', cause: { code: 'RolloutTimeout' } });
  });
});
