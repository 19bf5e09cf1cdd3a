/** Targets: registered, checked, drained. ECS brings and takes those of its tasks through the functions here. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { attributeOf } from './attributes.js';
import { invalid, needGroup, slice, type Group, type Target } from './state.js';

const MAX_TARGETS = 1000;
/** How long a target is merely being registered, before its first check. */
const REGISTRATION_MS = 3_000;

const drainMs = (group: Group): number => Number(attributeOf(group, 'deregistration_delay.timeout_seconds')) * 1000;

/** How long the checks take to decide. */
function decisionMs({ settings }: Group, good: boolean): number {
  const times = Number(settings[good ? 'HealthyThresholdCount' : 'UnhealthyThresholdCount']);
  return times * Number(settings['HealthCheckIntervalSeconds']) * 1000;
}

/** A task's address begins to take traffic once its checks have passed. `good` says whether they will. */
export function registerTarget(cell: Cell, arn: string, target: { id: string; port: number; good: boolean }, now: number): void {
  const group = slice(cell).groups[arn];
  if (!group) return;
  group.targets = group.targets.filter((t) => t.id !== target.id || t.port !== target.port);
  group.targets.push({ ...target, registeredAt: now, drainingAt: null });
}

/** Returns when the target has drained, sandbox time. */
export function deregisterTarget(cell: Cell, arn: string, id: string, now: number): number {
  const group = slice(cell).groups[arn];
  const target = group?.targets.find((t) => t.id === id && t.drainingAt === null);
  if (!group || !target) return now;
  target.drainingAt = now;
  return now + drainMs(group);
}

/** When the checks of a target registered at `from` have decided, sandbox time. */
export function decidedAt(cell: Cell, arn: string, from: number, good: boolean): number {
  const group = slice(cell).groups[arn];
  return group ? Math.max(from, group.usedSince ?? from) + decisionMs(group, good) : from;
}

export const hasGroup = (cell: Cell, arn: string): boolean => slice(cell).groups[arn] !== undefined;

interface Health {
  State: string;
  Reason?: string;
  Description?: string;
}

const because = (State: string, Reason: string, Description: string): Health => ({ State, Reason, Description });

function health(group: Group, target: Target, now: number): Health {
  if (target.drainingAt !== null)
    return because('draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress');
  if (group.usedSince === null)
    return because('unused', 'Target.NotInUse', 'Target group is not configured to receive traffic from the load balancer');
  const since = now - Math.max(target.registeredAt, group.usedSince);
  if (since < decisionMs(group, target.good))
    return since < REGISTRATION_MS
      ? because('initial', 'Elb.RegistrationInProgress', 'Target registration is in progress')
      : because('initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress');
  return target.good ? { State: 'healthy' } : because('unhealthy', 'Target.FailedHealthChecks', 'Health checks failed');
}

/** Targets that have drained are gone. */
function sweep(group: Group, now: number): void {
  group.targets = group.targets.filter((t) => t.drainingAt === null || now < t.drainingAt + drainMs(group));
}

interface Named {
  Id: string;
  Port?: number;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export const targetOperations: Record<string, Operation> = {
  RegisterTargets(input: { TargetGroupArn: string; Targets: Named[] }, { cell, now }) {
    const group = needGroup(cell, input.TargetGroupArn);
    sweep(group, now);
    if (group.settings['TargetType'] === 'ip')
      for (const { Id } of input.Targets) if (!IPV4.test(Id)) throw invalid(`The IP address '${Id}' is not a valid IPv4 address`);
    const port = ({ Port }: Named): number => Port ?? Number(group.settings['Port']);
    const fresh = input.Targets.filter((asked) => !group.targets.some((t) => t.id === asked.Id && t.port === port(asked)));
    if (group.targets.length + fresh.length > MAX_TARGETS)
      throw new AwsError('TooManyTargets', `You have reached the maximum number of targets for target group '${group.arn}'`);
    // Who is registered already stays as he is.
    for (const asked of input.Targets) {
      const there = group.targets.find((t) => t.id === asked.Id && t.port === port(asked) && t.drainingAt === null);
      if (!there) registerTarget(cell, group.arn, { id: asked.Id, port: port(asked), good: true }, now);
    }
    return {};
  },
  DeregisterTargets(input: { TargetGroupArn: string; Targets: Named[] }, { cell, now }) {
    const group = needGroup(cell, input.TargetGroupArn);
    for (const { Id, Port } of input.Targets)
      for (const target of group.targets)
        if (target.id === Id && (Port === undefined || target.port === Port)) target.drainingAt ??= now;
    // Without traffic there is nothing to drain.
    if (group.usedSince === null) group.targets = group.targets.filter((t) => t.drainingAt === null);
    return {};
  },
  DescribeTargetHealth(input: { TargetGroupArn: string; Targets?: Named[] }, { cell, now }) {
    const group = needGroup(cell, input.TargetGroupArn);
    sweep(group, now);
    const shown = (id: string, port: number, TargetHealth: Health) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort:
        group.settings['HealthCheckPort'] === 'traffic-port' ? String(port) : String(group.settings['HealthCheckPort']),
      TargetHealth,
    });
    const all = (targets: readonly Target[]) => targets.map((t) => shown(t.id, t.port, health(group, t, now)));
    if (!input.Targets?.length) return { TargetHealthDescriptions: all(group.targets) };
    const stranger = because('unused', 'Target.NotRegistered', 'Target is not registered to the target group');
    return {
      TargetHealthDescriptions: input.Targets.flatMap(({ Id, Port }) => {
        const found = group.targets.filter((t) => t.id === Id && (Port === undefined || t.port === Port));
        return found.length > 0 ? all(found) : [shown(Id, Port ?? Number(group.settings['Port']), stranger)];
      }),
    };
  },
};
