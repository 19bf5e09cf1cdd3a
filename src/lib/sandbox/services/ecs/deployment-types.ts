/** What ECS keeps of the changes of a service: deployments, their stages and hooks, their records. */

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
export interface Deployment {
  /** `ecs-svc/N`. */
  id: string;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  taskDefinition: string;
  rolloutState: RolloutState;
  reason: string;
  createdAt: number;
  updatedAt: number;
  /** Tasks that failed, as the circuit breaker counts them. */
  failed: number;
  /** How many of them there were when the events last told that its tasks keep failing. */
  toldFailed: number;
  /** Whether it was ever steady: what a rollback returns to. */
  completed: boolean;
  /** No task of it is started before: back-off after failures. */
  notBefore: number;
  settings: Record<string, unknown>;
  /** Which of a load balancer's two target groups its tasks use: 1 is the alternate one. */
  slot: 0 | 1;
  /** Since when it has been as it should be, while its alarms are watched a while longer. */
  steadySince: number | null;
  /** ARNs of its service deployment and service revision. */
  record: string;
  revision: string;
}

export type Stage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'BAKE_TIME'
  | 'CLEAN_UP';

/** A lifecycle hook that was reached. */
export interface Hook {
  id: string;
  /** The stage, and the step of it, that waits for the hook. */
  gate: string;
  stage: string;
  targetType: 'AWS_LAMBDA' | 'PAUSE';
  targetArn: string | null;
  status: 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  startedAt: number;
  expiresAt: number;
  timeoutAction: 'CONTINUE' | 'ROLLBACK';
}

export type RecordStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOPPED'
  | 'STOP_REQUESTED'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

/** A service deployment: the record of one change of a service. */
export interface DeploymentRecord {
  arn: string;
  revision: string;
  sourceRevisions: string[];
  status: RecordStatus;
  statusReason: string | null;
  createdAt: number;
  startedAt: number | null;
  updatedAt: number;
  finishedAt: number | null;
  stoppedAt: number | null;
  /** As it ended; while it goes on the deployment counts. */
  failed: number;
  threshold: number;
  configuration: Record<string, unknown>;
  breaker: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED';
  alarms: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED';
  triggeredAlarms: string[];
  rollback: { reason: string; startedAt: number; revision: string } | null;
  /** Where a deployment by stages stands; null of a rolling one. */
  stage: Stage | null;
  stageSince: number;
  /** Share of the traffic that the new revision is asked to take. */
  productionWeight: number;
  testWeight: number;
  /** Shifts of production traffic made. */
  shifts: number;
  shiftedAt: number | null;
  hooks: Hook[];
  /** Tasks at its end, when the service has gone on since. */
  ended: { requested: number; running: number; pending: number } | null;
}

export interface Revision {
  arn: string;
  taskDefinition: string;
  launchType: string | null;
  settings: Record<string, unknown>;
  images: { containerName: string; image: string; imageDigest: string }[];
  createdAt: number;
}
