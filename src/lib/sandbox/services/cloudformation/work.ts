/** Stacks as time goes on: level by level, and back when a resource fails. */
import { AwsError, type CallContext, type Cell, type World } from '../../service.js';
import { resourceTypes } from './resources.js';
import { slice, type Stack, type Template, type Work } from './state.js';
import { levelsOf, references, resolve, type Scope } from './template.js';

/** One level of resources takes about this long. */
const LEVEL_MS = 4_000;
const STACK = 'AWS::CloudFormation::Stack';

export function record(
  world: World,
  stack: Stack,
  now: number,
  /** Null for the stack itself. */
  logical: string | null,
  status: string,
  reason: string | null = null,
): void {
  const resource = logical === null ? undefined : stack.resources[logical];
  const type =
    logical === null
      ? STACK
      : (resource?.type ?? stack.template.Resources[logical]?.Type ?? stack.before?.template.Resources[logical]?.Type ?? '');
  if (logical === null) {
    stack.status = status;
    stack.reason = reason;
  } else if (resource) {
    resource.status = status;
    resource.at = now;
  }
  const h = world.id(32);
  stack.events.unshift({
    id: `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`,
    at: now,
    logical: logical ?? stack.name,
    physical: logical === null ? stack.id : (resource?.physical ?? ''),
    type,
    status,
    reason,
    token: stack.work?.token ?? null,
  });
}

const verb: Readonly<Record<Work['kind'], string>> = {
  create: 'CREATE',
  update: 'UPDATE',
  delete: 'DELETE',
  rollback: 'ROLLBACK',
  'update-rollback': 'UPDATE_ROLLBACK',
  cleanup: 'UPDATE',
};

export function begin(
  world: World,
  stack: Stack,
  kind: Work['kind'],
  levels: string[][],
  token: string | null,
  now: number,
  reason: string | null = null,
): void {
  stack.work = { kind, levels, token };
  if (kind === 'cleanup') record(world, stack, now, null, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  else record(world, stack, now, null, `${verb[kind]}_IN_PROGRESS`, reason ?? (kind === 'rollback' ? null : 'User Initiated'));
  enter(world, stack, now);
}

/** Announces the first level and says when it is done. */
function enter(world: World, stack: Stack, now: number): void {
  const work = stack.work!;
  for (const logical of work.levels[0] ?? []) {
    if (work.kind === 'create') record(world, stack, now, logical, 'CREATE_IN_PROGRESS');
    else if (work.kind === 'update') {
      const there = stack.resources[logical];
      if (!there) record(world, stack, now, logical, 'CREATE_IN_PROGRESS');
      else if (differs(stack, logical)) record(world, stack, now, logical, 'UPDATE_IN_PROGRESS');
    } else if (stack.resources[logical]) record(world, stack, now, logical, 'DELETE_IN_PROGRESS');
  }
  stack.nextAt = now + (work.levels.length > 0 ? LEVEL_MS : 1_000);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a resource that is there has to be changed: what cannot be told yet is. */
function differs(stack: Stack, logical: string): boolean {
  try {
    return !same(stack.resources[logical]!.properties, propertiesOf(stack, logical));
  } catch {
    return true;
  }
}
const propertiesOf = (stack: Stack, logical: string): Record<string, unknown> =>
  resolve(stack.template.Resources[logical]!.Properties ?? {}, scopeOf(stack)) as Record<string, unknown>;

export function advanceStack(cell: Cell, world: World, stack: Stack, now: number): void {
  const work = stack.work!;
  const level = work.levels.shift();
  const context: CallContext = {
    cell,
    account: cell.account,
    region: cell.region,
    now,
    callerArn: `arn:aws:sts::${cell.account}:assumed-role/cloudformation/baf`,
    session: null,
    prepared: null,
    world,
    id: (length) => world.id(length),
  };
  if (level) {
    const failed = work.kind === 'create' || work.kind === 'update' ? make(context, stack, level) : remove(context, stack, level);
    if (failed.length > 0 && work.kind === 'create') return rollBack(world, stack, now, createFailed(failed));
    if (failed.length > 0 && work.kind === 'update')
      return rollUpdateBack(context, stack, `${theFollowing} update: [${failed.join(', ')}].`);
    // What is in the way of a deletion stays; in a cleanup it is left to its owner.
    if (failed.length > 0 && (work.kind === 'delete' || work.kind === 'rollback')) {
      record(world, stack, now, null, `${verb[work.kind]}_FAILED`, `${theFollowing} delete: [${failed.join(', ')}]. `);
      return rest(stack);
    }
  }
  if (work.levels.length > 0) return enter(world, stack, now);
  finish(context, stack);
}

const theFollowing = 'The following resource(s) failed to';
const createFailed = (failed: readonly string[]): string =>
  `${theFollowing} create: [${failed.join(', ')}]. Rollback requested by user.`;

function rest(stack: Stack): void {
  stack.work = null;
  stack.nextAt = null;
  stack.before = null;
}

/** What a resource handler of AWS says of an error. A handler that breaks fails its resource, never the sandbox. */
function reasonOf(error: unknown, world: World): string {
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'PropertiesInvalid') return message;
  const handler =
    code === 'PriorityInUse' || /Exists|Duplicate/.test(code)
      ? 'AlreadyExists'
      : code === 'InternalFailure'
        ? code
        : /NotFound/.test(code)
          ? 'NotFound'
          : 'InvalidRequest';
  return `Resource handler returned message: "${message}" (RequestToken: ${world.id(8)}, HandlerErrorCode: ${handler})`;
}

/** Makes or changes the resources of a level; returns the logical ids of those that failed. */
function make(context: CallContext, stack: Stack, level: readonly string[]): string[] {
  const { world, now } = context;
  const failed: string[] = [];
  for (const logical of level) {
    const wanted = stack.template.Resources[logical]!;
    const type = resourceTypes[wanted.Type]!;
    const there = stack.resources[logical];
    const verbOf = there ? 'UPDATE' : 'CREATE';
    if (failed.length > 0) {
      if (there && there.status !== 'UPDATE_IN_PROGRESS') continue;
      failed.push(logical);
      record(world, stack, now, logical, `${verbOf}_FAILED`, `Resource ${there ? 'update' : 'creation'} cancelled`);
      continue;
    }
    try {
      const properties = propertiesOf(stack, logical);
      if (there && same(there.properties, properties)) continue;
      const missing = type.required?.find((key) => properties[key] === undefined);
      if (missing)
        throw new AwsError(
          'PropertiesInvalid',
          `Properties validation failed for resource ${logical} with message:\n[#: required key [${missing}] not found]`,
        );
      const replaced = there && type.replacedBy.some((key) => !same(there.properties[key], properties[key]));
      const made =
        there && !replaced
          ? type.update(context, there.physical, properties)
          : type.create(context, properties, { stack: stack.name, logical });
      if (there && replaced) stack.leftovers.push({ type: there.type, physical: there.physical });
      stack.resources[logical] = { type: wanted.Type, properties, status: `${verbOf}_COMPLETE`, at: now, ...made };
      record(world, stack, now, logical, `${verbOf}_COMPLETE`);
    } catch (error) {
      failed.push(logical);
      record(world, stack, now, logical, `${verbOf}_FAILED`, reasonOf(error, world));
    }
  }
  return failed;
}

/** What somebody deleted by hand is gone: that is what was wanted. Returns the error that is in the way, or null. */
function removeOne(context: CallContext, type: string, physical: string): unknown {
  try {
    resourceTypes[type]!.remove(context, physical);
    return null;
  } catch (error) {
    return error instanceof AwsError && /NotFound/.test(error.code) ? null : error;
  }
}

function remove(context: CallContext, stack: Stack, level: readonly string[]): string[] {
  const failed: string[] = [];
  for (const logical of level) {
    const resource = stack.resources[logical];
    if (!resource) continue;
    const error = removeOne(context, resource.type, resource.physical);
    if (error === null) record(context.world, stack, context.now, logical, 'DELETE_COMPLETE');
    else {
      failed.push(logical);
      record(context.world, stack, context.now, logical, 'DELETE_FAILED', reasonOf(error, context.world));
    }
    if (error === null || stack.work?.kind === 'cleanup') delete stack.resources[logical];
  }
  return failed;
}

/** Removes replaced resources, the last made first; keeps those that something still uses. */
function sweepLeftovers(context: CallContext, stack: Stack): void {
  stack.leftovers = stack.leftovers
    .reverse()
    .filter(({ type, physical }) => removeOne(context, type, physical) !== null)
    .reverse();
}

function rollBack(world: World, stack: Stack, now: number, reason: string): void {
  const levels = levelsOf(stack.template, Object.keys(stack.resources)).reverse();
  begin(world, stack, 'rollback', levels, stack.work!.token, now, reason);
}

/** Puts the resources back as they were before the update, at once; the stack says so a little later. */
function rollUpdateBack(context: CallContext, stack: Stack, reason: string): void {
  const { world, now } = context;
  record(world, stack, now, null, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const before = stack.before!;
  const made = stack.resources;
  // What was changed goes back first: what was made is in use until then. One may wait for another (swapped priorities).
  let pending = Object.keys(before.resources).filter(
    (id) => made[id]?.physical === before.resources[id]!.physical && !same(made[id].properties, before.resources[id]!.properties),
  );
  let errors = new Map<string, unknown>();
  for (let left = Infinity; pending.length > 0 && pending.length < left;) {
    left = pending.length;
    errors = new Map();
    for (const logical of pending) {
      const old = before.resources[logical]!;
      try {
        resourceTypes[old.type]!.update(context, old.physical, old.properties);
        record(world, stack, now, logical, 'UPDATE_COMPLETE');
      } catch (error) {
        errors.set(logical, error);
      }
    }
    pending = [...errors.keys()];
  }
  for (const [logical, error] of errors) record(world, stack, now, logical, 'UPDATE_FAILED', reasonOf(error, world));
  for (const logical of levelsOf(stack.template, Object.keys(made)).reverse().flat()) {
    const { type, physical } = made[logical]!;
    if (before.resources[logical]?.physical === physical) continue;
    const error = removeOne(context, type, physical);
    if (error === null) record(world, stack, now, logical, 'DELETE_COMPLETE');
    else record(world, stack, now, logical, 'DELETE_FAILED', reasonOf(error, world));
  }
  const { body, template, resources, parameters = stack.parameters, tags = stack.tags } = before;
  Object.assign(stack, { body, template, resources, parameters, tags, leftovers: [] });
  if (errors.size > 0) {
    record(world, stack, now, null, 'UPDATE_ROLLBACK_FAILED', `${theFollowing} update: [${[...errors.keys()].join(', ')}]. `);
    return rest(stack);
  }
  stack.work = { kind: 'update-rollback', levels: [], token: stack.work!.token };
  stack.nextAt = now + LEVEL_MS;
}

function finish(context: CallContext, stack: Stack): void {
  const { world, now } = context;
  const { kind, token } = stack.work!;
  stack.nextAt = null;
  switch (kind) {
    case 'create':
    case 'update': {
      try {
        stack.outputs = outputsOf(stack);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return kind === 'create' ? rollBack(world, stack, now, reason) : rollUpdateBack(context, stack, reason);
      }
      const gone = Object.keys(stack.resources).filter((logical) => !stack.template.Resources[logical]);
      if (gone.length > 0 || stack.leftovers.length > 0) {
        sweepLeftovers(context, stack);
        return begin(world, stack, 'cleanup', levelsOf(stack.before!.template, gone).reverse(), token, now);
      }
      record(world, stack, now, null, `${verb[kind]}_COMPLETE`);
      break;
    }
    case 'cleanup':
      sweepLeftovers(context, stack);
      stack.leftovers = [];
      record(world, stack, now, null, 'UPDATE_COMPLETE');
      break;
    case 'delete':
      stack.deletedAt = now;
      record(world, stack, now, null, 'DELETE_COMPLETE');
      break;
    default:
      record(world, stack, now, null, `${verb[kind]}_COMPLETE`);
  }
  rest(stack);
}

/** Values given, and the template's defaults for the rest; lists are given as texts. */
export function valuesOf(template: Template, given: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([key, { Type = 'String', Default }]) => {
      const value = given[key] ?? Default;
      return [key, /^(CommaDelimitedList|List<)/.test(Type) && typeof value === 'string' ? value.split(',') : value];
    }),
  );
}

function scopeOf(stack: Stack): Scope {
  const [, , , region = '', account = ''] = stack.id.split(':');
  return {
    resources: stack.resources,
    parameters: valuesOf(stack.template, stack.parameters),
    pseudo: {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::StackName': stack.name,
      'AWS::StackId': stack.id,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    },
  };
}

const outputsOf = (stack: Stack): Record<string, string> =>
  Object.fromEntries(
    Object.entries(stack.template.Outputs ?? {}).map(([key, o]) => [key, String(resolve(o.Value, scopeOf(stack)))]),
  );

/** Logical ids that an update makes or changes: their texts differ, or a parameter they name has another value. */
export function changesOf(
  stack: Pick<Stack, 'template' | 'resources' | 'parameters'>,
  template: Template,
  given: Readonly<Record<string, string>>,
): string[] {
  const before = valuesOf(stack.template, stack.parameters);
  const values = valuesOf(template, given);
  const moved = new Set(Object.keys(values).filter((key) => !same(values[key], before[key])));
  return Object.entries(template.Resources)
    .filter(
      ([id, resource]) =>
        !stack.resources[id] ||
        !same(resource, stack.template.Resources[id]) ||
        (moved.size > 0 && [...references(resource.Properties ?? {})].some((name) => moved.has(name))),
    )
    .map(([id]) => id);
}

/** Those, and what refers to them: a replaced resource has a new physical id. */
export function touchedBy(changed: readonly string[], template: Template): string[] {
  const touched = new Set(changed);
  for (let grown = -1; grown !== touched.size;) {
    grown = touched.size;
    for (const [id, resource] of Object.entries(template.Resources))
      if ([...references(resource.Properties ?? {})].some((name) => touched.has(name))) touched.add(id);
  }
  return [...touched];
}

export function nextEventAt(cell: Cell): number | null {
  let next = Infinity;
  for (const stack of Object.values(slice(cell).stacks)) next = Math.min(next, stack.nextAt ?? Infinity);
  return next === Infinity ? null : next;
}
