/** Event buses, and rules as far as they are kept: nothing is delivered to their targets. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { entry, sorted } from '../records.js';
import { busArn, busName, busOf, DEFAULT_BUS, invalid, missing, slice, type Bus, type Rule } from './state.js';

const busView = (bus: Bus): object => ({
  Name: bus.name,
  Arn: bus.arn,
  ...(bus.description === undefined ? {} : { Description: bus.description }),
  ...(bus.createdAt > 0 ? { CreationTime: new Date(bus.createdAt), LastModifiedTime: new Date(bus.modifiedAt) } : {}),
});
const ruleView = (rule: Rule): object => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  ScheduleExpression: rule.schedule,
  State: rule.state,
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: rule.bus,
});
const ruleKey = (bus: string, name: string): string => `${bus}/${name}`;
const badToken = (): AwsError => invalid('NextToken is invalid.');
const size = (limit: number | undefined): number => limit ?? 100;

function ruleOf(input: { Name: string; EventBusName?: string }, context: CallContext): Rule {
  const bus = busOf(context, input.EventBusName);
  const found = entry(slice(context.cell).rules, ruleKey(bus.name, input.Name));
  if (!found) throw missing(`Rule ${input.Name} does not exist on EventBus ${bus.name}.`);
  return found;
}

function checkPattern(pattern: string): void {
  const refused = () =>
    new AwsError('InvalidEventPatternException', 'Event pattern is not valid. Reason: Filter is not an object');
  try {
    const value: unknown = JSON.parse(pattern);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused();
  } catch (error) {
    throw error instanceof AwsError ? error : refused();
  }
}

export const busOperations: Readonly<Record<string, Operation>> = {
  CreateEventBus(input: { Name: string; Description?: string }, context) {
    const { buses } = slice(context.cell);
    if (input.Name === DEFAULT_BUS || entry(buses, input.Name))
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${input.Name} already exists.`);
    const { now } = context;
    const made = { name: input.Name, arn: busArn(context, input.Name), description: input.Description };
    buses[input.Name] = { ...made, createdAt: now, modifiedAt: now };
    return { EventBusArn: made.arn, ...(made.description === undefined ? {} : { Description: made.description }) };
  },
  DeleteEventBus(input: { Name: string }, context) {
    const name = busName(input.Name);
    if (name === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
    const { buses, rules } = slice(context.cell);
    if (Object.values(rules).some((rule) => rule.bus === name) && entry(buses, name))
      throw invalid(`Event bus ${name} can't be deleted since it has rules.`);
    delete buses[name];
    return {};
  },
  DescribeEventBus: (input: { Name?: string }, context) => busView(busOf(context, input.Name)),
  ListEventBuses(input: { NamePrefix?: string; Limit?: number; NextToken?: string }, context) {
    const all = [busOf(context, undefined), ...sorted(slice(context.cell).buses).map(([, bus]) => bus)];
    const found = all.filter((bus) => bus.name.startsWith(input.NamePrefix ?? ''));
    const { items, token } = page(found, input.NextToken, size(input.Limit), badToken);
    return { EventBuses: items.map(busView), NextToken: token };
  },
  PutRule(
    input: {
      Name: string;
      EventPattern?: string;
      ScheduleExpression?: string;
      State?: string;
      Description?: string;
      RoleArn?: string;
      EventBusName?: string;
    },
    context,
  ) {
    const bus = busOf(context, input.EventBusName);
    if (input.EventPattern === undefined && input.ScheduleExpression === undefined)
      throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    if (input.ScheduleExpression !== undefined && bus.name !== DEFAULT_BUS)
      throw invalid('ScheduleExpression is supported only on the default event bus.');
    if (input.EventPattern !== undefined) checkPattern(input.EventPattern);
    const path = bus.name === DEFAULT_BUS ? input.Name : `${bus.name}/${input.Name}`;
    const arn = `arn:aws:events:${context.region}:${context.account}:rule/${path}`;
    slice(context.cell).rules[ruleKey(bus.name, input.Name)] = {
      name: input.Name,
      bus: bus.name,
      arn,
      pattern: input.EventPattern,
      schedule: input.ScheduleExpression,
      description: input.Description,
      roleArn: input.RoleArn,
      state: input.State ?? 'ENABLED',
      createdBy: context.account,
    };
    return { RuleArn: arn };
  },
  DescribeRule(input: { Name: string; EventBusName?: string }, context) {
    const rule = ruleOf(input, context);
    return { ...ruleView(rule), CreatedBy: rule.createdBy };
  },
  ListRules(input: { NamePrefix?: string; EventBusName?: string; Limit?: number; NextToken?: string }, context) {
    const bus = busOf(context, input.EventBusName);
    const found = sorted(slice(context.cell).rules)
      .map(([, rule]) => rule)
      .filter((rule) => rule.bus === bus.name && rule.name.startsWith(input.NamePrefix ?? ''));
    const { items, token } = page(found, input.NextToken, size(input.Limit), badToken);
    return { Rules: items.map(ruleView), NextToken: token };
  },
  DeleteRule(input: { Name: string; EventBusName?: string }, context) {
    const bus = busOf(context, input.EventBusName);
    delete slice(context.cell).rules[ruleKey(bus.name, input.Name)];
    return {};
  },
};
