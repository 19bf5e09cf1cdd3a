/** Change sets: what would change, told before it does. */
import { AwsError, type CallContext, type Cell, type Operation, type World } from '../../service.js';
import { page } from '../page.js';
import { compare } from './changes.js';
import { recordStack } from './events.js';
import { shownValue } from './parameters.js';
import { needStack, findStack, wantedOf, type StackInput } from './request.js';
import { contextOf, missingImport } from './scope.js';
import { slice, uuid, type Change, type ChangeSet, type OnFailure, type Stack } from './state.js';
import { checkUpdatable, differencesOf, startCreate, startUpdate } from './stacks.js';
import { checkName, newStack, newStackId } from './new-stack.js';
import { refuse } from './template.js';
import { USER } from './begin.js';

/** How long the making of a change set takes. */
const MAKING_MS = 2_000;
const PAGE = 100;

interface CreateInput extends StackInput {
  ChangeSetName: string;
  ChangeSetType?: string;
  Description?: string;
  OnStackFailure?: OnFailure;
}

function create(input: CreateInput, context: CallContext): object {
  const { cell, now, id } = context;
  const creating = input.ChangeSetType === 'CREATE';
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(input.ChangeSetName ?? ''))
    throw refuse(
      `1 validation error detected: Value '${input.ChangeSetName}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  if (input.ChangeSetType === 'IMPORT') throw refuse('Change sets of type IMPORT are not emulated.');
  const there = findStack(cell, input.StackName);
  if (!creating && (!there || there.deletedAt !== null)) throw refuse(`Stack [${input.StackName}] does not exist`);
  if (creating && there && there.status !== 'REVIEW_IN_PROGRESS')
    throw refuse(
      `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
    );
  if (there && activeSets(cell, there).some((set) => set.name === input.ChangeSetName))
    throw new AwsError(
      'AlreadyExistsException',
      `ChangeSet ${input.ChangeSetName} cannot be created due to a mismatch with existing attribute Template`,
    );
  if (there && there.status !== 'REVIEW_IN_PROGRESS') checkUpdatable(there, true);
  if (!there) checkName(input.StackName);
  const notifications = input.NotificationARNs ?? there?.notifications ?? [];
  const stackId = there?.id ?? newStackId(context, input.StackName);
  // A template that is refused leaves no stack behind.
  const wanted = wantedOf(input, context, { name: input.StackName, id: stackId, notifications }, there);
  const stack = there ?? review(context, input.StackName, stackId);
  if (there) differencesOf(there, wanted);
  const changeId = `arn:aws:cloudformation:${cell.region}:${cell.account}:changeSet/${input.ChangeSetName}/${uuid(id(32))}`;
  slice(cell).changeSets[changeId] = {
    ...wanted,
    id: changeId,
    name: input.ChangeSetName,
    description: input.Description ?? null,
    stack: stack.id,
    type: input.ChangeSetType ?? 'UPDATE',
    status: 'CREATE_IN_PROGRESS',
    reason: null,
    executionStatus: 'UNAVAILABLE',
    capabilities: input.Capabilities ?? [],
    notifications,
    onFailure: input.OnStackFailure ?? null,
    createdAt: now,
    changes: [],
    nextAt: now + MAKING_MS,
  };
  return { Id: changeId, StackId: stack.id };
}

function review({ cell, world, now }: CallContext, name: string, id: string): Stack {
  const empty = { body: '', template: { Resources: {} }, parameters: {}, resolved: {}, tags: [] };
  const stack = newStack(id, name, empty, now);
  slice(cell).stacks[id] = stack;
  recordStack(world, stack, now, 'REVIEW_IN_PROGRESS', USER);
  return stack;
}

const NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The change set has been made: what it holds is what differs now. */
export function completeChangeSet(cell: Cell, set: ChangeSet): void {
  set.nextAt = null;
  const stack = slice(cell).stacks[set.stack]!;
  const { changes, none } = compare(stack, set);
  const missing = missingImport(cell, { ...stack, ...set, name: stack.name, id: stack.id });
  set.changes = changes;
  const reason = none ? NOTHING : missing === null ? null : `No export named ${missing} found.`;
  Object.assign(
    set,
    reason === null
      ? { status: 'CREATE_COMPLETE', executionStatus: 'AVAILABLE' }
      : { status: 'FAILED', executionStatus: 'UNAVAILABLE', reason },
  );
}

const isDone = (set: ChangeSet): boolean => /^EXECUTE_/.test(set.executionStatus);
const activeSets = (cell: Cell, stack: Stack): ChangeSet[] =>
  Object.values(slice(cell).changeSets).filter((set) => set.stack === stack.id && !isDone(set));

interface SetInput {
  ChangeSetName: string;
  StackName?: string;
  NextToken?: string;
  ClientRequestToken?: string;
  DisableRollback?: boolean;
}

/** By id, or by name the one that is not carried out yet before the last that was. */
function find(cell: Cell, { ChangeSetName, StackName }: SetInput): ChangeSet | undefined {
  const { changeSets } = slice(cell);
  if (changeSets[ChangeSetName]) return changeSets[ChangeSetName];
  if (StackName === undefined)
    throw ChangeSetName.startsWith('arn:')
      ? notFound(ChangeSetName)
      : refuse('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = needStack(cell, StackName);
  const named = Object.values(changeSets).filter((set) => set.stack === stack.id && set.name === ChangeSetName);
  return named.find((set) => !isDone(set)) ?? named.at(-1);
}
const notFound = (name: string): AwsError => new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);

function need(cell: Cell, input: SetInput): ChangeSet {
  const found = find(cell, input);
  if (!found) throw notFound(input.ChangeSetName);
  return found;
}

function execute(input: SetInput, context: CallContext): object {
  const { cell } = context;
  const set = need(cell, input);
  if (set.executionStatus !== 'AVAILABLE') {
    const current = set.executionStatus === 'UNAVAILABLE' ? 'status' : 'execution status';
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current ${current} of [${current === 'status' ? set.status : set.executionStatus}]`,
    );
  }
  const stack = slice(cell).stacks[set.stack]!;
  const { body, template, parameters, resolved, tags } = set;
  const wanted = { body, template, parameters, resolved, tags };
  const creating = stack.status === 'REVIEW_IN_PROGRESS';
  const disableRollback = input.DisableRollback ?? set.onFailure === 'DO_NOTHING';
  if (!creating) checkUpdatable(stack, disableRollback);
  const compared = compare(stack, wanted);
  for (const other of activeSets(cell, stack)) if (other.id !== set.id) delete slice(cell).changeSets[other.id];
  set.executionStatus = 'EXECUTE_IN_PROGRESS';
  Object.assign(stack, { disableRollback, capabilities: set.capabilities, notifications: set.notifications });
  const token = input.ClientRequestToken ?? null;
  if (creating) {
    Object.assign(stack, wanted, set.onFailure === null ? {} : { onFailure: set.onFailure });
    startCreate(stack, context, token, set.id);
  } else startUpdate(stack, wanted, compared, context, { token, policy: null, changeSet: set.id });
  return {};
}

const showChange = (change: Change): object => ({
  Type: 'Resource',
  ResourceChange: {
    PolicyAction: change.policyAction ?? undefined,
    Action: change.action,
    LogicalResourceId: change.logical,
    PhysicalResourceId: change.physical ?? undefined,
    ResourceType: change.type,
    Replacement: change.replacement ?? undefined,
    Scope: change.scope,
    Details: change.details.map((detail) => ({
      Target: { Attribute: detail.attribute, Name: detail.name ?? undefined, RequiresRecreation: detail.recreation },
      Evaluation: detail.evaluation,
      ChangeSource: detail.source,
      CausingEntity: detail.cause ?? undefined,
    })),
  },
});

export const changeSetOperations: Readonly<Record<string, Operation>> = {
  CreateChangeSet: create,
  ExecuteChangeSet: execute,
  DescribeChangeSet(input: SetInput, { cell }) {
    const set = need(cell, input);
    const { items, token } = page(set.changes, input.NextToken, PAGE);
    return {
      ChangeSetName: set.name,
      ChangeSetId: set.id,
      StackId: set.stack,
      StackName: slice(cell).stacks[set.stack]?.name,
      Description: set.description ?? undefined,
      Parameters: Object.entries(set.parameters).map(([ParameterKey, value]) => ({
        ParameterKey,
        ParameterValue: shownValue(set.template.Parameters?.[ParameterKey], value),
        ResolvedValue: set.resolved[ParameterKey],
      })),
      CreationTime: new Date(set.createdAt),
      ExecutionStatus: set.executionStatus,
      Status: set.status,
      StatusReason: set.reason ?? undefined,
      NotificationARNs: set.notifications,
      RollbackConfiguration: {},
      Capabilities: set.capabilities,
      Tags: set.tags,
      Changes: items.map(showChange),
      NextToken: token,
      IncludeNestedStacks: false,
      OnStackFailure: set.onFailure ?? undefined,
    };
  },
  DeleteChangeSet(input: SetInput, { cell }) {
    const set = find(cell, input);
    if (set?.executionStatus === 'EXECUTE_IN_PROGRESS')
      throw new AwsError(
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be deleted in its current execution status of [${set.executionStatus}]`,
      );
    if (set) delete slice(cell).changeSets[set.id];
    return {};
  },
  ListChangeSets(input: { StackName: string; NextToken?: string }, { cell }) {
    const stack = needStack(cell, input.StackName);
    const { items, token } = page(activeSets(cell, stack), input.NextToken, PAGE);
    return {
      Summaries: items.map((set) => ({
        StackId: stack.id,
        StackName: stack.name,
        ChangeSetId: set.id,
        ChangeSetName: set.name,
        ExecutionStatus: set.executionStatus,
        Status: set.status,
        StatusReason: set.reason ?? undefined,
        CreationTime: new Date(set.createdAt),
        Description: set.description ?? undefined,
        IncludeNestedStacks: false,
      })),
      NextToken: token,
    };
  },
};

export function advanceChangeSets(cell: Cell, world: World, now: number): void {
  const { cell: here } = contextOf(cell, world, now);
  for (const set of Object.values(slice(here).changeSets))
    if (set.nextAt !== null && set.nextAt <= now) completeChangeSet(here, set);
}
