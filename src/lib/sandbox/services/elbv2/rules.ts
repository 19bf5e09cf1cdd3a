/** Rules of listeners: by priority, the default rule last. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { actionsOf, conditionsOf, noteUse, type Action, type Condition } from './actions.js';
import { invalid, needListener, needRule, paged, slice, type Listing, type Rule } from './state.js';
import { tagsOf, type Tag } from './tags.js';

const show = (rule: Rule) => ({
  RuleArn: rule.arn,
  Priority: rule.priority,
  Conditions: rule.conditions,
  Actions: rule.actions,
  IsDefault: rule.priority === 'default',
  ...(rule.transforms.length > 0 ? { Transforms: rule.transforms } : {}),
});

const LAST = 50_000;

const inUse = (priority: number): AwsError => new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);

function checkRange(priority: number): void {
  if (!Number.isInteger(priority) || priority < 1 || priority > LAST)
    throw invalid(`Priority '${priority}' must be between 1 and ${LAST}`);
}

interface Given {
  Conditions?: Condition[];
  Actions?: Action[];
  Transforms?: unknown[];
}

function createRule(
  input: Given & { ListenerArn: string; Priority: number; Tags?: Tag[] },
  { cell, id, now }: CallContext,
): object {
  const listener = needListener(cell, input.ListenerArn);
  const { rules } = slice(cell);
  checkRange(input.Priority);
  if (Object.values(rules).some((r) => r.listener === listener.arn && r.priority === String(input.Priority)))
    throw inUse(input.Priority);
  const conditions = conditionsOf(input.Conditions ?? []);
  const actions = actionsOf(cell, input.Actions ?? [], listener.balancer);
  const tags = tagsOf(input.Tags);
  const arn = `${listener.arn.replace(':listener/', ':listener-rule/')}/${id(16)}`;
  const made: Rule = {
    arn,
    listener: listener.arn,
    priority: String(input.Priority),
    conditions,
    actions,
    transforms: input.Transforms ?? [],
  };
  rules[arn] = made;
  slice(cell).tags[arn] = tags;
  noteUse(cell, now);
  return { Rules: [show(made)] };
}

function modifyRule(input: Given & { RuleArn: string }, { cell, now }: CallContext): object {
  const rule = needRule(cell, input.RuleArn);
  const isDefault = rule.priority === 'default';
  if (isDefault && input.Conditions?.length)
    throw new AwsError('OperationNotPermitted', `Conditions of the default rule '${rule.arn}' cannot be modified`);
  const conditions = input.Conditions?.length ? conditionsOf(input.Conditions) : rule.conditions;
  const actions = input.Actions?.length
    ? actionsOf(cell, input.Actions, needListener(cell, rule.listener).balancer)
    : rule.actions;
  Object.assign(rule, { conditions, actions, transforms: input.Transforms ?? rule.transforms });
  noteUse(cell, now);
  return { Rules: [show(rule)] };
}

/** All at once: rules may take the priorities of one another. */
function setPriorities(input: { RulePriorities: { RuleArn: string; Priority: number }[] }, { cell }: CallContext): object {
  const next = new Map<Rule, number>();
  for (const { RuleArn, Priority } of input.RulePriorities) {
    const rule = needRule(cell, RuleArn);
    if (rule.priority === 'default')
      throw new AwsError('OperationNotPermitted', `Priority of the default rule '${rule.arn}' cannot be modified`);
    checkRange(Priority);
    next.set(rule, Priority);
  }
  const all = Object.values(slice(cell).rules);
  for (const [rule, priority] of next)
    if (
      all.some(
        (other) => other !== rule && other.listener === rule.listener && (next.get(other) ?? Number(other.priority)) === priority,
      )
    )
      throw inUse(priority);
  for (const [rule, priority] of next) rule.priority = String(priority);
  return { Rules: [...next.keys()].map(show) };
}

const order = ({ priority }: Rule): number => (priority === 'default' ? LAST + 1 : Number(priority));

function found(cell: Cell, { ListenerArn, RuleArns }: { ListenerArn?: string; RuleArns?: string[] }): Rule[] {
  const { rules } = slice(cell);
  if (RuleArns?.length) {
    if (RuleArns.some((arn) => !rules[arn])) throw new AwsError('RuleNotFound', 'One or more rules not found');
    return RuleArns.map((arn) => rules[arn]!);
  }
  if (!ListenerArn) throw invalid('You must specify either listener rule ARNs or a listener ARN');
  if (!slice(cell).listeners[ListenerArn]) throw new AwsError('ListenerNotFound', 'One or more listeners not found');
  return Object.values(rules).filter((rule) => rule.listener === ListenerArn);
}

export const ruleOperations: Record<string, Operation> = {
  CreateRule: createRule,
  ModifyRule: modifyRule,
  SetRulePriorities: setPriorities,
  DeleteRule({ RuleArn }: { RuleArn: string }, { cell, now }) {
    const rule = needRule(cell, RuleArn);
    if (rule.priority === 'default') throw new AwsError('OperationNotPermitted', `Default rule '${RuleArn}' cannot be deleted`);
    delete slice(cell).rules[RuleArn];
    delete slice(cell).tags[RuleArn];
    noteUse(cell, now);
    return {};
  },
  DescribeRules(input: Listing & { ListenerArn?: string; RuleArns?: string[] }, { cell }) {
    const all = found(cell, input).sort((a, b) => order(a) - order(b));
    const { items, token } = paged(all, input, input.RuleArns);
    return { Rules: items.map(show), NextMarker: token };
  },
};
