/** Stacks are created, updated and deleted: what users start. How it goes on is in work.ts. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { compare, touchedBy, type Compared } from './changes.js';
import { recordStack } from './events.js';
import { checkPolicy } from './policy.js';
import { findStack, needStack, wantedOf, type StackInput } from './request.js';
import { exportsOf, importersOf, missingImport, namesOf } from './scope.js';
import { slice, type OnFailure, type Stack, type Wanted } from './state.js';
import { levelsOf, refuse } from './template.js';
import { fail } from './work.js';
import { begin, beginDelete, beginRollback, beginUpdateRollback, USER } from './begin.js';
import { newStackId, newStack, checkName } from './new-stack.js';

/** A request that was sent again: its operation is known by its token. */
const repeated = (stack: Stack, token: string | undefined): boolean =>
  token !== undefined && stack.events.some((event) => event.token === token);

interface CreateInput extends StackInput {
  OnFailure?: OnFailure;
  TimeoutInMinutes?: number;
  EnableTerminationProtection?: boolean;
}

const flawOf = ({ cell }: CallContext, stack: Stack): string | null => {
  const name = missingImport(cell, stack);
  return name === null ? null : `No export named ${name} found.`;
};

function create(input: CreateInput, context: CallContext): object {
  const { cell, now } = context;
  checkName(input.StackName);
  const there = findStack(cell, input.StackName);
  if (there && repeated(there, input.ClientRequestToken)) return { StackId: there.id };
  if (there) throw new AwsError('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
    throw refuse('You can specify either DisableRollback or OnFailure, but not both.');
  const id = newStackId(context, input.StackName);
  const notifications = input.NotificationARNs ?? [];
  const wanted = wantedOf(input, context, { name: input.StackName, id, notifications });
  const stack: Stack = {
    ...newStack(id, input.StackName, wanted, now),
    onFailure: input.OnFailure ?? 'ROLLBACK',
    disableRollback: input.DisableRollback ?? false,
    protected: input.EnableTerminationProtection ?? false,
    policy: input.StackPolicyBody === undefined ? null : checkPolicy(input.StackPolicyBody),
    capabilities: input.Capabilities ?? [],
    notifications,
    roleArn: input.RoleARN ?? null,
    timeoutMinutes: input.TimeoutInMinutes ?? null,
    rollbackConfiguration: input.RollbackConfiguration ?? {},
  };
  slice(cell).stacks[id] = stack;
  startCreate(stack, context, input.ClientRequestToken ?? null, null);
  return { StackId: id };
}

export function startCreate(stack: Stack, context: CallContext, token: string | null, changeSet: string | null): void {
  const { world, now } = context;
  const deadline = stack.timeoutMinutes === null ? null : now + stack.timeoutMinutes * 60_000;
  const levels = levelsOf(stack.template);
  begin(world, stack, 'create', now, { levels, token, deadline, changeSet, flaw: flawOf(context, stack), reason: USER });
}

const STABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'];
const LEFT = ['CREATE_FAILED', 'UPDATE_FAILED'];

export function checkUpdatable(stack: Stack, disableRollback: boolean): void {
  if (STABLE.includes(stack.status) || (LEFT.includes(stack.status) && disableRollback)) return;
  if (LEFT.includes(stack.status))
    throw refuse(
      `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
    );
  throw refuse(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

/** What would change; refuses a resource that changed its type. */
export function differencesOf(stack: Stack, wanted: Wanted): Compared {
  const retyped = Object.keys(wanted.template.Resources).filter(
    (id) => stack.resources[id] && stack.resources[id].type !== wanted.template.Resources[id]!.Type,
  );
  if (retyped.length > 0)
    throw refuse(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${retyped.join(', ')}]`,
    );
  return compare(stack, wanted);
}

interface UpdateInput extends StackInput {
  StackPolicyDuringUpdateBody?: string;
}

function update(input: UpdateInput, context: CallContext): object {
  const stack = needStack(context.cell, input.StackName);
  if (repeated(stack, input.ClientRequestToken)) return { StackId: stack.id };
  if (stack.deletedAt !== null) throw refuse(`Stack [${input.StackName}] does not exist`);
  checkUpdatable(stack, input.DisableRollback ?? false);
  const wanted = wantedOf(input, context, stack, stack);
  const compared = differencesOf(stack, wanted);
  if (compared.none && STABLE.includes(stack.status)) throw refuse('No updates are to be performed.');
  const during = input.StackPolicyDuringUpdateBody;
  Object.assign(stack, {
    ...(input.StackPolicyBody === undefined ? {} : { policy: checkPolicy(input.StackPolicyBody) }),
    ...(input.NotificationARNs ? { notifications: input.NotificationARNs } : {}),
    ...(input.RoleARN ? { roleArn: input.RoleARN } : {}),
    ...(input.RollbackConfiguration ? { rollbackConfiguration: input.RollbackConfiguration } : {}),
    capabilities: input.Capabilities ?? [],
    disableRollback: input.DisableRollback ?? false,
  });
  startUpdate(stack, wanted, compared, context, {
    token: input.ClientRequestToken ?? null,
    policy: during === undefined ? null : checkPolicy(during),
    changeSet: null,
  });
  for (const set of Object.values(slice(context.cell).changeSets))
    if (set.stack === stack.id && set.executionStatus === 'AVAILABLE') set.executionStatus = 'OBSOLETE';
  return { StackId: stack.id };
}

export function startUpdate(
  stack: Stack,
  wanted: Wanted,
  { changes }: Compared,
  context: CallContext,
  work: { token: string | null; policy: string | null; changeSet: string | null },
): void {
  const { world, now } = context;
  const whole = STABLE.includes(stack.status);
  if (whole) {
    const { body, template, parameters, resolved, tags, outputs } = stack;
    const resources = structuredClone(stack.resources);
    stack.before = { body, template, parameters, resolved, tags, outputs, resources };
  }
  // A stack that stopped half-way may lack any of its changes.
  const { template } = wanted;
  const touched = whole ? touchedBy(changes, template) : Object.keys(template.Resources);
  Object.assign(stack, wanted);
  stack.updatedAt = now;
  begin(world, stack, 'update', now, {
    levels: levelsOf(template, touched),
    flaw: flawOf(context, stack),
    reason: USER,
    ...work,
  });
}

interface DeleteInput {
  StackName: string;
  RetainResources?: string[];
  ClientRequestToken?: string;
  DeletionMode?: string;
}

function remove(input: DeleteInput, { cell, now, world }: CallContext): object {
  const stack = findStack(cell, input.StackName);
  if (!stack || stack.deletedAt !== null || stack.work?.kind === 'delete') return {};
  if (stack.protected) throw refuse(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status))
    throw refuse(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
  const again = stack.status === 'DELETE_FAILED';
  if (!again && input.RetainResources?.length)
    throw refuse('RetainResources can only be specified for stacks in the DELETE_FAILED state.');
  const strange = (input.RetainResources ?? []).find((logical) => !stack.resources[logical]);
  if (strange)
    throw refuse(`The specified resources to retain must be in a valid state. Do not specify these resources: [${strange}]`);
  for (const { name, stack: owner } of exportsOf(cell)) {
    const users = owner.id === stack.id ? importersOf(cell, name).filter((user) => user.id !== stack.id) : [];
    if (users.length === 0) continue;
    recordStack(
      world,
      stack,
      now,
      stack.status,
      `Delete canceled. Cannot delete export ${name} as it is in use by ${namesOf(users)}.`,
    );
    return {};
  }
  const { changeSets } = slice(cell);
  for (const set of Object.values(changeSets)) if (set.stack === stack.id) delete changeSets[set.id];
  beginDelete(world, stack, now, {
    token: input.ClientRequestToken ?? null,
    reason: USER,
    skip: input.RetainResources ?? [],
    force: again && input.DeletionMode === 'FORCE_DELETE_STACK',
  });
  return {};
}

interface Named {
  StackName: string;
  ClientRequestToken?: string;
}

export const stackOperations: Readonly<Record<string, Operation>> = {
  CreateStack: create,
  UpdateStack: update,
  DeleteStack: remove,
  CancelUpdateStack(input: Named, { cell, world, now, ...rest }) {
    const stack = needStack(cell, input.StackName);
    if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.work)
      throw refuse('CancelUpdateStack cannot be called from current stack status');
    stack.work.token = input.ClientRequestToken ?? stack.work.token;
    // A user who cancels wants the way back, whatever was said at the beginning.
    stack.disableRollback = false;
    fail({ cell, world, now, ...rest }, stack, USER);
    return {};
  },
  ContinueUpdateRollback(input: Named & { ResourcesToSkip?: string[] }, { cell, world, now }) {
    const stack = needStack(cell, input.StackName);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
      throw refuse(`Stack [${stack.name}] is in ${stack.status} state and cannot be continued to roll back.`);
    const skip = input.ResourcesToSkip ?? [];
    const strange = skip.filter((logical) => stack.listed[logical]?.status !== 'UPDATE_FAILED');
    if (strange.length > 0)
      throw refuse(`Resources to skip must be in UPDATE_FAILED state. These resources are not: [${strange.join(', ')}]`);
    beginUpdateRollback(world, stack, now, { token: input.ClientRequestToken ?? null, reason: USER, skip });
    return {};
  },
  RollbackStack(input: Named, { cell, world, now }) {
    const stack = needStack(cell, input.StackName);
    if (!LEFT.includes(stack.status)) throw refuse(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
    const begun = { token: input.ClientRequestToken ?? null, reason: USER };
    if (stack.before) beginUpdateRollback(world, stack, now, begun);
    else beginRollback(world, stack, now, begun);
    return { StackId: stack.id };
  },
  UpdateTerminationProtection(input: { StackName: string; EnableTerminationProtection: boolean }, { cell }) {
    const stack = needStack(cell, input.StackName);
    if (stack.deletedAt !== null || stack.work?.kind === 'delete')
      throw refuse(`Stack [${stack.name}] cannot be updated while in status ${stack.status}`);
    stack.protected = input.EnableTerminationProtection;
    return { StackId: stack.id };
  },
  SetStackPolicy(input: { StackName: string; StackPolicyBody?: string }, { cell }) {
    const stack = needStack(cell, input.StackName);
    if (input.StackPolicyBody === undefined) throw refuse('Either StackPolicyBody or StackPolicyURL must be specified');
    stack.policy = checkPolicy(input.StackPolicyBody);
    return {};
  },
  GetStackPolicy: (input: { StackName: string }, { cell }) => ({
    StackPolicyBody: needStack(cell, input.StackName).policy ?? undefined,
  }),
};
