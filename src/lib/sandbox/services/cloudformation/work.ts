/** Stacks as time goes on: level by level, and back when a resource fails. */
import { AwsError, type CallContext, type Cell, type World } from '../../service.js';
import { resourceTypes } from './resources.js';
import { slice, type Resource, type Stack, type Template, type Work } from './state.js';
import { levelsOf, references, resolve, type Scope } from './template.js';

/** One level of resources takes about this long. */
const LEVEL_MS = 4_000;
const STACK = 'AWS::CloudFormation::Stack';

export function record(
  world: World,
  stack: Stack,
  now: number,
  logical: string,
  status: string,
  reason: string | null = null,
): void {
  const own = logical === stack.name;
  const resource = stack.resources[logical];
  const type = own
    ? STACK
    : (resource?.type ?? stack.template.Resources[logical]?.Type ?? stack.before?.template.Resources[logical]?.Type ?? '');
  if (own) {
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
    logical,
    physical: own ? stack.id : (resource?.physical ?? ''),
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
  if (kind === 'cleanup') record(world, stack, now, stack.name, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  else
    record(world, stack, now, stack.name, `${verb[kind]}_IN_PROGRESS`, reason ?? (kind === 'rollback' ? null : 'User Initiated'));
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
      else if (changed(stack, logical)) record(world, stack, now, logical, 'UPDATE_IN_PROGRESS');
    } else if (stack.resources[logical]) record(world, stack, now, logical, 'DELETE_IN_PROGRESS');
  }
  stack.nextAt = now + (work.levels.length > 0 ? LEVEL_MS : 1_000);
}

const changed = (stack: Stack, logical: string): boolean =>
  JSON.stringify(stack.template.Resources[logical]) !== JSON.stringify(stack.before?.template.Resources[logical]);

export function advanceStack(cell: Cell, world: World, stack: Stack, now: number): void {
  const work = stack.work!;
  const level = work.levels.shift();
  const context: CallContext = {
    cell,
    account: cell.account,
    region: cell.region,
    now,
    callerArn: `arn:aws:sts::${cell.account}:assumed-role/cloudformation/baf`,
    world,
    id: (length) => world.id(length),
  };
  if (level) {
    const failed = work.kind === 'create' || work.kind === 'update' ? make(context, stack, level) : remove(context, stack, level);
    if (failed && work.kind === 'create') return rollBack(world, stack, now, failed);
    if (failed && work.kind === 'update') return rollUpdateBack(context, stack, failed);
    if (failed && work.kind === 'delete') {
      stack.work = null;
      stack.nextAt = null;
      return record(world, stack, now, stack.name, 'DELETE_FAILED', `The following resource(s) failed to delete: [${failed}]. `);
    }
  }
  if (work.levels.length > 0) return enter(world, stack, now);
  finish(context, stack);
}

/** Makes or changes the resources of a level; returns the logical id of one that failed. */
function make(context: CallContext, stack: Stack, level: readonly string[]): string | null {
  const { world, now } = context;
  let failed: string | null = null;
  for (const logical of level) {
    const wanted = stack.template.Resources[logical]!;
    const type = resourceTypes[wanted.Type]!;
    const there = stack.resources[logical];
    if (failed) {
      record(
        world,
        stack,
        now,
        logical,
        there ? 'UPDATE_FAILED' : 'CREATE_FAILED',
        there ? 'Resource update cancelled' : 'Resource creation cancelled',
      );
      continue;
    }
    try {
      const properties = resolve(wanted.Properties ?? {}, scopeOf(context, stack)) as Record<string, unknown>;
      if (there && JSON.stringify(there.properties) === JSON.stringify(properties)) continue;
      const replaced =
        there && type.replacedBy.some((key) => JSON.stringify(there.properties[key]) !== JSON.stringify(properties[key]));
      const made =
        there && !replaced
          ? type.update(context, there.physical, properties)
          : type.create(context, properties, { stack: stack.name, logical });
      if (there && replaced) stack.leftovers.push({ type: there.type, physical: there.physical });
      const verbOf = there ? 'UPDATE' : 'CREATE';
      stack.resources[logical] = { type: wanted.Type, properties, status: `${verbOf}_COMPLETE`, at: now, ...made };
      record(world, stack, now, logical, `${verbOf}_COMPLETE`);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed = logical;
      const reason = `Resource handler returned message: "${error.message}" (RequestToken: ${world.id(8)}, HandlerErrorCode: ${error.code === 'PriorityInUse' || error.code.includes('Exists') ? 'AlreadyExists' : 'InvalidRequest'})`;
      record(world, stack, now, logical, there ? 'UPDATE_FAILED' : 'CREATE_FAILED', reason);
    }
  }
  return failed;
}

function remove(context: CallContext, stack: Stack, level: readonly string[]): string | null {
  let failed: string | null = null;
  for (const logical of level) {
    const resource = stack.resources[logical];
    if (!resource) continue;
    try {
      if (resource.physical) resourceTypes[resource.type]!.remove(context, resource.physical);
      record(context.world, stack, context.now, logical, 'DELETE_COMPLETE');
      delete stack.resources[logical];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // What somebody deleted by hand is gone: that is what was wanted.
      if (/NotFound/.test(error.code)) {
        delete stack.resources[logical];
        continue;
      }
      failed = logical;
      record(context.world, stack, context.now, logical, 'DELETE_FAILED', error.message);
    }
  }
  return failed;
}

function rollBack(world: World, stack: Stack, now: number, failed: string): void {
  const made = Object.keys(stack.resources);
  const levels = levelsOf(stack.template, made).reverse();
  begin(
    world,
    stack,
    'rollback',
    levels,
    stack.work!.token,
    now,
    `The following resource(s) failed to create: [${failed}]. Rollback requested by user.`,
  );
}

/** Puts the resources back as they were before the update, at once, and says so. */
function rollUpdateBack(context: CallContext, stack: Stack, failed: string): void {
  const { world, now } = context;
  record(
    world,
    stack,
    now,
    stack.name,
    'UPDATE_ROLLBACK_IN_PROGRESS',
    `The following resource(s) failed to update: [${failed}].`,
  );
  const before = stack.before!;
  for (const [logical, resource] of Object.entries(stack.resources)) {
    const old = before.resources[logical];
    if (!old || old.physical !== resource.physical) resourceTypes[resource.type]!.remove(context, resource.physical);
    else if (JSON.stringify(old.properties) !== JSON.stringify(resource.properties))
      resourceTypes[old.type]!.update(context, old.physical, old.properties);
  }
  stack.resources = before.resources;
  stack.template = before.template;
  stack.body = before.body;
  stack.leftovers = [];
  stack.work = { kind: 'update-rollback', levels: [], token: stack.work!.token };
  stack.nextAt = now + LEVEL_MS;
}

function finish(context: CallContext, stack: Stack): void {
  const { world, now } = context;
  const { kind, token } = stack.work!;
  stack.nextAt = null;
  switch (kind) {
    case 'create':
      stack.outputs = outputsOf(context, stack);
      record(world, stack, now, stack.name, 'CREATE_COMPLETE');
      break;
    case 'update': {
      stack.outputs = outputsOf(context, stack);
      const gone = Object.keys(stack.resources).filter((logical) => !stack.template.Resources[logical]);
      if (gone.length > 0 || stack.leftovers.length > 0)
        return begin(world, stack, 'cleanup', levelsOf(stack.before!.template, gone).reverse(), token, now);
      record(world, stack, now, stack.name, 'UPDATE_COMPLETE');
      break;
    }
    case 'cleanup':
      for (const { type, physical } of stack.leftovers) {
        try {
          resourceTypes[type]!.remove(context, physical);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
        }
      }
      stack.leftovers = [];
      record(world, stack, now, stack.name, 'UPDATE_COMPLETE');
      break;
    case 'update-rollback':
      record(world, stack, now, stack.name, 'UPDATE_ROLLBACK_COMPLETE');
      break;
    case 'rollback':
      record(world, stack, now, stack.name, 'ROLLBACK_COMPLETE');
      break;
    case 'delete':
      stack.deletedAt = now;
      record(world, stack, now, stack.name, 'DELETE_COMPLETE');
  }
  stack.work = null;
  stack.before = null;
}

function scopeOf({ cell }: CallContext, stack: Stack): Scope {
  const defaults = Object.entries(stack.template.Parameters ?? {}).map(([key, p]) => [key, p.Default] as const);
  return {
    resources: stack.resources,
    parameters: { ...Object.fromEntries(defaults), ...stack.parameters },
    pseudo: {
      'AWS::Region': cell.region,
      'AWS::AccountId': cell.account,
      'AWS::StackName': stack.name,
      'AWS::StackId': stack.id,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    },
  };
}

const outputsOf = (context: CallContext, stack: Stack): Record<string, string> =>
  Object.fromEntries(
    Object.entries(stack.template.Outputs ?? {}).map(([key, o]) => [key, String(resolve(o.Value, scopeOf(context, stack)))]),
  );

/** Logical ids that an update makes or changes: their texts differ. */
export function changesOf(stack: { template: Template; resources: Record<string, Resource> }, template: Template): string[] {
  return Object.keys(template.Resources).filter(
    (id) => !stack.resources[id] || JSON.stringify(template.Resources[id]) !== JSON.stringify(stack.template.Resources[id]),
  );
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
