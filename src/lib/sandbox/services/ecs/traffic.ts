/** All that ECS asks of the load balancers: targets come and go, rules shift their weights. */
import { AwsError, type CallContext, type Cell, type World } from '../../service.js';
import { decidedAt, deregisterTarget, elbv2, hasGroup, registerTarget } from '../elbv2.js';
import { groupIn, type LoadBalancer } from './balancing.js';
import type { Task } from './state.js';

export { hasGroup };

/** Brings a running task to a target group. Returns when its checks there pass, or fail, in sandbox time. */
export function enterGroup(cell: Cell, task: Task, group: string, port: number, now: number): { passAt: number; failAt: number } {
  registerTarget(cell, group, { id: task.ip, port, good: task.outcome !== 'unhealthy' }, now);
  return { passAt: decidedAt(cell, group, now, true), failAt: decidedAt(cell, group, now, false) };
}

/** Takes a task out of its target groups. Returns when its connections have drained. */
export const leaveGroups = (cell: Cell, task: Task, now: number): number =>
  Math.max(now, ...task.targets.map(({ group }) => deregisterTarget(cell, group, task.ip, now)));

/** The checks of a task that was healthy have failed just now. */
export function failChecks(cell: Cell, task: Task, now: number): void {
  for (const { group, port } of task.targets) {
    const decides = decidedAt(cell, group, now, false) - now;
    registerTarget(cell, group, { id: task.ip, port, good: false }, now - decides);
  }
}

type Action = Record<string, unknown> & { Type?: string };

/** Whole numbers as the load balancer wants them; tenths of a percent on a finer scale. */
function weightsOf(percent: number): [number, number] {
  const scale = Number.isInteger(percent) ? 1 : 9;
  return [Math.round(percent * scale), Math.round((100 - percent) * scale)];
}

const forward = (actions: readonly Action[], groups: readonly { TargetGroupArn: string; Weight: number }[]): Action[] =>
  actions.map((action) =>
    action.Type === 'forward'
      ? {
          Type: 'forward',
          ...(action['Order'] === undefined ? {} : { Order: action['Order'] }),
          ForwardConfig: { TargetGroups: groups },
        }
      : action,
  );

/**
 * Sends `percent` of the traffic of a load balancer's production or test rule to the tasks in `slot`, the rest to the others.
 * A rule of a network load balancer is its listener.
 */
export function shiftTraffic(
  cell: Cell,
  world: World,
  balancer: LoadBalancer,
  kind: 'production' | 'test',
  slot: 0 | 1,
  percent: number,
  now: number,
): void {
  const { productionListenerRule, testListenerRule } = balancer.advancedConfiguration ?? {};
  const rule = kind === 'production' ? productionListenerRule : testListenerRule;
  const to = groupIn(balancer, slot);
  const from = groupIn(balancer, slot === 0 ? 1 : 0);
  if (!rule || !to || !from) return;
  const [toWeight, fromWeight] = weightsOf(percent);
  const groups = [
    { TargetGroupArn: to, Weight: toWeight },
    { TargetGroupArn: from, Weight: fromWeight },
  ].filter(({ TargetGroupArn }, at) => at === 0 || TargetGroupArn !== to);
  const call = caller(cell, world, now);
  if (rule.includes(':listener-rule/')) {
    const { Rules } = call('DescribeRules', { RuleArns: [rule] }) as { Rules: { Actions: Action[] }[] };
    if (!Rules[0]) throw new AwsError('RuleNotFound', 'One or more rules not found');
    call('ModifyRule', { RuleArn: rule, Actions: forward(Rules[0].Actions, groups) });
    return;
  }
  const { Listeners } = call('DescribeListeners', { ListenerArns: [rule] }) as { Listeners: { DefaultActions: Action[] }[] };
  if (!Listeners[0]) throw new AwsError('ListenerNotFound', 'One or more listeners not found');
  call('ModifyListener', { ListenerArn: rule, DefaultActions: forward(Listeners[0].DefaultActions, groups) });
}

/** ECS calls the load balancer's own operations, in the role that the service gives it. */
function caller(cell: Cell, world: World, now: number): (operation: string, input: object) => unknown {
  const context: CallContext = {
    cell,
    world,
    now,
    account: cell.account,
    region: cell.region,
    callerArn: `arn:aws:sts::${cell.account}:assumed-role/ecsInfrastructureRole/ECSNetworkingWithELB`,
    session: null,
    prepared: null,
    id: (length) => world.id(length),
  };
  return (operation, input) => {
    const act = elbv2.operations[operation];
    if (!act) throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    return act(input, context);
  };
}
