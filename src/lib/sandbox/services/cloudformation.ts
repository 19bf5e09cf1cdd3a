/** CloudFormation: stacks and change sets, for the resource types that templates use. Parts in cloudformation/. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { resourceTypes } from './cloudformation/resources.js';
import { slice, type ChangeSet, type Stack, type Template } from './cloudformation/state.js';
import { checkTemplate, levelsOf, readTemplate } from './cloudformation/template.js';
import { advanceStack, begin, changesOf, nextEventAt, touchedBy, valuesOf } from './cloudformation/work.js';
import { page } from './page.js';

interface Input {
  StackName: string;
  TemplateBody?: string;
  UsePreviousTemplate?: boolean;
  Parameters?: { ParameterKey: string; ParameterValue?: string; UsePreviousValue?: boolean }[];
  Capabilities?: string[];
  Tags?: { Key: string; Value: string }[];
  ClientRequestToken?: string;
}

const live = (cell: Cell, name: string): Stack | undefined =>
  Object.values(slice(cell).stacks).find((s) => (s.name === name && s.deletedAt === null) || s.id === name);

function need(cell: Cell, name: string): Stack {
  const found = live(cell, name);
  if (!found) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  return found;
}

const refuse = (message: string): AwsError => new AwsError('ValidationError', message);

/** Values of the template's parameters, checked: what is not given keeps its default. */
function parametersOf(input: Input, template: Template, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const given = (input.Parameters ?? []).flatMap(({ ParameterKey, ParameterValue, UsePreviousValue }) => {
    const value = UsePreviousValue ? before[ParameterKey] : ParameterValue;
    return value === undefined ? [] : [[ParameterKey, value] as const];
  });
  const declared = template.Parameters ?? {};
  const strange = given.filter(([key]) => !Object.hasOwn(declared, key)).map(([key]) => key);
  if (strange.length > 0) throw refuse(`Parameters: [${strange.join(', ')}] do not exist in the template`);
  const values = Object.fromEntries(given);
  const missing = Object.entries(valuesOf(template, values))
    .filter(([, value]) => value === undefined)
    .map(([key]) => key);
  if (missing.length > 0) throw refuse(`Parameters: [${missing.join(', ')}] must have values`);
  return values;
}

function checked(body: string | undefined, capabilities: readonly string[] | null = null): Template {
  const template = readTemplate(body);
  checkTemplate(template, resourceTypes);
  const roles = Object.values(template.Resources).filter((r) => r.Type === 'AWS::IAM::Role');
  if (capabilities === null || roles.length === 0 || capabilities.includes('CAPABILITY_NAMED_IAM')) return template;
  const named = roles.some((r) => r.Properties?.['RoleName'] !== undefined);
  if (named || !capabilities.includes('CAPABILITY_IAM'))
    throw new AwsError(
      'InsufficientCapabilitiesException',
      `Requires capabilities : [${named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'}]`,
    );
  return template;
}

/** A request that was sent again: its operation is known by its token. */
const repeated = (stack: Stack, token: string | undefined): boolean =>
  token !== undefined && stack.events.some((e) => e.token === token);

function create(input: Input, { cell, now, world, id }: CallContext, status?: string): Stack {
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(input.StackName ?? ''))
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${input.StackName}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  const there = live(cell, input.StackName);
  if (there && !status && repeated(there, input.ClientRequestToken)) return there;
  if (there) throw new AwsError('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
  const template = status ? { Resources: {} } : checked(input.TemplateBody, input.Capabilities ?? []);
  const h = id(32);
  const stack: Stack = {
    id: `arn:aws:cloudformation:${cell.region}:${cell.account}:stack/${input.StackName}/${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`,
    name: input.StackName,
    status: status ?? 'CREATE_IN_PROGRESS',
    reason: null,
    body: input.TemplateBody ?? '',
    template,
    parameters: parametersOf(input, template),
    tags: input.Tags ?? [],
    createdAt: now,
    updatedAt: null,
    deletedAt: null,
    outputs: {},
    resources: {},
    events: [],
    work: null,
    nextAt: null,
    before: null,
    leftovers: [],
  };
  slice(cell).stacks[stack.id] = stack;
  if (!status) begin(world, stack, 'create', levelsOf(template), input.ClientRequestToken ?? null, now);
  return stack;
}

interface Difference {
  readonly template: Template;
  readonly parameters: Record<string, string>;
  readonly changed: string[];
  readonly removed: string[];
  readonly none: boolean;
}

/** What a template would change of a stack. */
function differenceOf(stack: Stack, input: Input): Difference {
  const template = checked(input.UsePreviousTemplate ? stack.body : input.TemplateBody, input.Capabilities ?? []);
  const parameters = parametersOf(input, template, stack.parameters);
  const retyped = Object.keys(template.Resources).filter(
    (id) => stack.resources[id] && stack.resources[id].type !== template.Resources[id]!.Type,
  );
  if (retyped.length > 0)
    throw refuse(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${retyped.join(', ')}]`,
    );
  const changed = changesOf(stack, template, parameters);
  const removed = Object.keys(stack.resources).filter((id) => !template.Resources[id]);
  const sameTags = JSON.stringify(input.Tags ?? stack.tags) === JSON.stringify(stack.tags);
  const sameOutputs = JSON.stringify(template.Outputs ?? {}) === JSON.stringify(stack.template.Outputs ?? {});
  const none = changed.length + removed.length === 0 && sameTags && sameOutputs;
  return { template, parameters, changed, removed, none };
}

function update(input: Input, { cell, now, world }: CallContext): Stack {
  const stack = need(cell, input.StackName);
  if (repeated(stack, input.ClientRequestToken)) return stack;
  if (!/_COMPLETE$/.test(stack.status) || /^(ROLLBACK|DELETE)_/.test(stack.status))
    throw refuse(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  const { template, parameters, changed, none } = differenceOf(stack, input);
  if (none) throw refuse('No updates are to be performed.');
  stack.before = {
    body: stack.body,
    template: stack.template,
    resources: structuredClone(stack.resources),
    parameters: stack.parameters,
    tags: stack.tags,
  };
  stack.body = input.UsePreviousTemplate ? stack.body : (input.TemplateBody ?? '');
  stack.template = template;
  stack.parameters = parameters;
  stack.tags = input.Tags ?? stack.tags;
  stack.updatedAt = now;
  begin(world, stack, 'update', levelsOf(template, touchedBy(changed, template)), input.ClientRequestToken ?? null, now);
  return stack;
}

const show = (stack: Stack): object => ({
  StackId: stack.id,
  StackName: stack.name,
  Description: stack.template.Description,
  StackStatus: stack.status,
  StackStatusReason: stack.reason ?? undefined,
  CreationTime: new Date(stack.createdAt),
  LastUpdatedTime: stack.updatedAt === null ? undefined : new Date(stack.updatedAt),
  DeletionTime: stack.deletedAt === null ? undefined : new Date(stack.deletedAt),
  DisableRollback: false,
  Parameters: Object.entries(valuesOf(stack.template, stack.parameters)).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: String(value),
  })),
  Tags: stack.tags,
  Outputs: Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  RollbackConfiguration: {},
  EnableTerminationProtection: false,
});

const resourcesOf = (stack: Stack) =>
  Object.entries(stack.resources).map(([LogicalResourceId, r]) => ({
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId,
    PhysicalResourceId: r.physical,
    ResourceType: r.type,
    ResourceStatus: r.status,
    Timestamp: new Date(r.at),
    LastUpdatedTimestamp: new Date(r.at),
  }));

function createChangeSet(input: Input & { ChangeSetName: string; ChangeSetType?: string }, context: CallContext): object {
  const { cell, now, id } = context;
  const creating = input.ChangeSetType === 'CREATE';
  const there = live(cell, input.StackName);
  if (!creating && !there) throw refuse(`Stack [${input.StackName}] does not exist`);
  if (creating && there && there.status !== 'REVIEW_IN_PROGRESS')
    throw refuse(
      `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
    );
  if (there && Object.values(slice(cell).changeSets).some((c) => c.stack === there.id && c.name === input.ChangeSetName))
    throw new AwsError('AlreadyExistsException', `ChangeSet [${input.ChangeSetName}] already exists`);
  // A template that is refused leaves no stack behind.
  if (creating) parametersOf(input, checked(input.TemplateBody, input.Capabilities ?? []));
  const stack = there ?? create({ StackName: input.StackName }, context, 'REVIEW_IN_PROGRESS');
  const { template, parameters, changed, removed, none } = differenceOf(stack, input);
  const changeId = `arn:aws:cloudformation:${cell.region}:${cell.account}:changeSet/${input.ChangeSetName}/${id(32)}`;
  slice(cell).changeSets[changeId] = {
    id: changeId,
    name: input.ChangeSetName,
    stack: stack.id,
    type: input.ChangeSetType ?? 'UPDATE',
    status: none ? 'FAILED' : 'CREATE_COMPLETE',
    reason: none
      ? "The submitted information didn't contain changes. Submit different information to create a change set."
      : null,
    executionStatus: none ? 'UNAVAILABLE' : 'AVAILABLE',
    body: input.UsePreviousTemplate ? stack.body : (input.TemplateBody ?? ''),
    parameters,
    tags: input.Tags ?? stack.tags,
    createdAt: now,
    changes: [
      ...changed.map((logical) => {
        const old = stack.resources[logical];
        const wanted = template.Resources[logical]!;
        const keys = resourceTypes[wanted.Type]!.replacedBy;
        const before = stack.template.Resources[logical]?.Properties ?? {};
        const replaced = keys.some((key) => JSON.stringify(before[key]) !== JSON.stringify(wanted.Properties?.[key]));
        return {
          action: old ? 'Modify' : 'Add',
          logical,
          type: wanted.Type,
          physical: old?.physical ?? null,
          replacement: old ? (replaced ? 'True' : 'False') : null,
        };
      }),
      ...removed.map((logical) => ({
        action: 'Remove',
        logical,
        type: stack.resources[logical]!.type,
        physical: stack.resources[logical]!.physical,
        replacement: null,
      })),
    ],
  };
  return { Id: changeId, StackId: stack.id };
}

interface SetInput {
  ChangeSetName: string;
  StackName?: string;
}

function findChangeSet(cell: Cell, { ChangeSetName, StackName }: SetInput): ChangeSet | undefined {
  const { changeSets, stacks } = slice(cell);
  return Object.values(changeSets).find(
    (c) => c.id === ChangeSetName || (c.name === ChangeSetName && (stacks[c.stack]?.name === StackName || c.stack === StackName)),
  );
}

function needChangeSet(cell: Cell, input: SetInput): ChangeSet {
  const found = findChangeSet(cell, input);
  if (!found) throw new AwsError('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
  return found;
}

export const cloudformation: SandboxService = {
  name: 'cloudformation',
  nextEventAt: (cell) => nextEventAt(cell),
  advance(cell, now, world) {
    for (const stack of Object.values(slice(cell).stacks))
      if (stack.nextAt !== null && stack.nextAt <= now) advanceStack(cell, world, stack, now);
  },
  operations: {
    CreateStack: (input: Input, context) => ({ StackId: create(input, context).id }),
    UpdateStack: (input: Input, context) => ({ StackId: update(input, context).id }),
    DeleteStack(input: { StackName: string; ClientRequestToken?: string }, { cell, now, world }) {
      const stack = live(cell, input.StackName);
      if (!stack || stack.deletedAt !== null || stack.work?.kind === 'delete') return {};
      if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status))
        throw refuse(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
      const { changeSets } = slice(cell);
      for (const set of Object.values(changeSets)) if (set.stack === stack.id) delete changeSets[set.id];
      begin(
        world,
        stack,
        'delete',
        levelsOf(stack.template, Object.keys(stack.resources)).reverse(),
        input.ClientRequestToken ?? null,
        now,
      );
      return {};
    },
    DescribeStacks(input: { StackName?: string; NextToken?: string }, { cell }) {
      if (input.StackName) return { Stacks: [show(need(cell, input.StackName))] };
      const all = Object.values(slice(cell).stacks).filter((s) => s.deletedAt === null);
      const { items, token } = page(all, input.NextToken, 100);
      return { Stacks: items.map(show), NextToken: token };
    },
    ListStacks(input: { StackStatusFilter?: string[]; NextToken?: string }, { cell }) {
      const all = Object.values(slice(cell).stacks).filter(
        (s) => !input.StackStatusFilter?.length || input.StackStatusFilter.includes(s.status),
      );
      const { items, token } = page(all, input.NextToken, 100);
      return { StackSummaries: items.map(show), NextToken: token };
    },
    DescribeStackEvents(input: { StackName: string; NextToken?: string }, { cell }) {
      const stack = need(cell, input.StackName);
      const { items, token } = page(stack.events, input.NextToken, 100);
      return {
        StackEvents: items.map((e) => ({
          StackId: stack.id,
          EventId: e.id,
          StackName: stack.name,
          LogicalResourceId: e.logical,
          PhysicalResourceId: e.physical,
          ResourceType: e.type,
          Timestamp: new Date(e.at),
          ResourceStatus: e.status,
          ResourceStatusReason: e.reason ?? undefined,
          ClientRequestToken: e.token ?? undefined,
        })),
        NextToken: token,
      };
    },
    DescribeStackResources: (input: { StackName: string }, { cell }) => ({
      StackResources: resourcesOf(need(cell, input.StackName)),
    }),
    ListStackResources: (input: { StackName: string }, { cell }) => ({
      StackResourceSummaries: resourcesOf(need(cell, input.StackName)),
    }),
    GetTemplate: (input: { StackName: string }, { cell }) => ({
      TemplateBody: need(cell, input.StackName).body,
      StagesAvailable: ['Original', 'Processed'],
    }),
    ValidateTemplate(input: { TemplateBody: string }) {
      const template = checked(input.TemplateBody);
      return {
        Description: template.Description,
        Parameters: Object.keys(template.Parameters ?? {}).map((ParameterKey) => ({ ParameterKey })),
      };
    },
    CreateChangeSet: createChangeSet,
    DescribeChangeSet(input: SetInput, { cell }) {
      const set = needChangeSet(cell, input);
      return {
        ChangeSetName: set.name,
        ChangeSetId: set.id,
        StackId: set.stack,
        StackName: slice(cell).stacks[set.stack]?.name,
        Status: set.status,
        StatusReason: set.reason ?? undefined,
        ExecutionStatus: set.executionStatus,
        CreationTime: new Date(set.createdAt),
        Tags: set.tags,
        Changes: set.changes.map((c) => ({
          Type: 'Resource',
          ResourceChange: {
            Action: c.action,
            LogicalResourceId: c.logical,
            PhysicalResourceId: c.physical ?? undefined,
            ResourceType: c.type,
            Replacement: c.replacement ?? undefined,
          },
        })),
      };
    },
    ExecuteChangeSet(input: SetInput & { ClientRequestToken?: string }, context) {
      const { cell, world, now } = context;
      const set = needChangeSet(cell, input);
      if (set.executionStatus !== 'AVAILABLE')
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
        );
      const stack = slice(cell).stacks[set.stack]!;
      if (stack.status === 'REVIEW_IN_PROGRESS') {
        Object.assign(stack, { body: set.body, template: readTemplate(set.body), parameters: set.parameters, tags: set.tags });
        begin(world, stack, 'create', levelsOf(stack.template), input.ClientRequestToken ?? null, now);
      } else
        update(
          {
            StackName: stack.name,
            TemplateBody: set.body,
            Tags: set.tags,
            Capabilities: ['CAPABILITY_NAMED_IAM'],
            Parameters: Object.entries(set.parameters).map(([ParameterKey, ParameterValue]) => ({
              ParameterKey,
              ParameterValue,
            })),
            ...(input.ClientRequestToken ? { ClientRequestToken: input.ClientRequestToken } : {}),
          },
          context,
        );
      delete slice(cell).changeSets[set.id];
      return {};
    },
    DeleteChangeSet(input: SetInput, { cell }) {
      const set = findChangeSet(cell, input);
      if (set) delete slice(cell).changeSets[set.id];
      return {};
    },
    ListChangeSets(input: { StackName: string }, { cell }) {
      const stack = need(cell, input.StackName);
      return {
        Summaries: Object.values(slice(cell).changeSets)
          .filter((c) => c.stack === stack.id)
          .map((c) => ({ ChangeSetId: c.id, ChangeSetName: c.name, Status: c.status, StackName: stack.name })),
      };
    },
  },
};
