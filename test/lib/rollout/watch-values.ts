/** Observations by value: what ECS might answer while a rollout is watched. */
import type { DeploymentState, ServiceState, StoppedTask } from '../../../src/lib/model/observed.js';
import { observe, startOfWatch, type Look, type Memory, type Watched } from '../../../src/lib/rollout/observe.js';

export const BEGAN = 1_000_000;
export const OWN = 'ecs-svc/2';
export const OLD = 'ecs-svc/1';

export const watched: Watched = {
  deploymentId: OWN,
  taskDefinitionArn: 'arn:td/ui:2',
  createdAt: BEGAN,
  startedAt: BEGAN,
  timeoutMs: 600_000,
  goesBack: true,
  previousArn: 'arn:td/ui:1',
};

export const deployment = (id: string, status: string, part: Partial<DeploymentState> = {}): DeploymentState => ({
  id,
  status,
  taskDefinitionArn: `arn:td/ui:${id.at(-1)}`,
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: null,
  desired: 2,
  running: 2,
  pending: 0,
  failed: 0,
  createdAt: id === OLD ? 1 : BEGAN,
  ...part,
});

/** `messages`: newest first, of the time of the rollout. */
export const service = (
  deployments: DeploymentState[],
  messages: string[] = [],
  part: Partial<ServiceState> = {},
): ServiceState => ({
  name: 'ui',
  status: 'ACTIVE',
  desired: 2,
  running: 2,
  pending: 0,
  taskDefinitionArn: deployments[0]?.taskDefinitionArn ?? '',
  deployments,
  events: messages.map((message, i) => ({ id: `${message}${i}`, at: BEGAN + 500, message })),
  raw: {},
  ...part,
});

export const exited = (id: string, part: Partial<StoppedTask> = {}): StoppedTask => ({
  id,
  startedBy: OWN,
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'ui', exitCode: 1, reason: null }],
  ...part,
});

export const answered = (of: ServiceState | null, stopped: StoppedTask[] = []): Look => ({
  kind: 'answered',
  service: of,
  stopped,
});
export const silence: Look = { kind: 'unanswered', reason: 'ThrottlingException' };

/** What is known after these looks, five seconds apart or as said; the last one is at `now`. */
export function after(...looks: (Look | [number, Look])[]): { memory: Memory; now: number } {
  let now = BEGAN;
  let memory = startOfWatch;
  for (const look of looks) {
    const [ms, seen] = Array.isArray(look) ? look : [5_000, look];
    now += ms;
    memory = observe(watched, memory, seen, now);
  }
  return { memory, now };
}
