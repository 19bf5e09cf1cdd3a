/** Operations of Cloud Map: what was asked for happens a while later, and can be watched until then. */
import type { CallContext, Cell, Operation } from '../../service.js';
import { AwsError } from '../../service.js';
import { page } from '../page.js';
import { entry } from '../records.js';
import { badToken, newId, slice, type Change, type Running } from './state.js';

/** How long each takes: namespaces wait for their hosted zone. */
const SECONDS: Readonly<Record<Change['kind'], number>> = {
  createNamespace: 30,
  deleteNamespace: 30,
  updateNamespace: 10,
  updateService: 5,
  register: 3,
  deregister: 3,
};
const TYPES: Readonly<Record<Change['kind'], string>> = {
  createNamespace: 'CREATE_NAMESPACE',
  deleteNamespace: 'DELETE_NAMESPACE',
  updateNamespace: 'UPDATE_NAMESPACE',
  updateService: 'UPDATE_SERVICE',
  register: 'REGISTER_INSTANCE',
  deregister: 'DEREGISTER_INSTANCE',
};
const MAX_KEPT = 500;

export function start(context: CallContext, change: Change, targets: Record<string, string>): { OperationId: string } {
  const { cell, now } = context;
  const held = slice(cell);
  const id = `${newId(context, '', 32)}-${newId(context, '', 8)}`;
  // A namespace without a zone has nothing to wait for.
  const quick = change.kind === 'createNamespace' && change.namespace.type === 'HTTP';
  const doneAt = now + (quick ? 3 : SECONDS[change.kind]) * 1_000;
  held.operations[id] = {
    id,
    type: TYPES[change.kind],
    status: 'PENDING',
    targets,
    change,
    createdAt: now,
    updatedAt: now,
    doneAt,
  };
  held.pending.push(id);
  held.pending.sort((a, b) => held.operations[a]!.doneAt - held.operations[b]!.doneAt);
  const finished = Object.keys(held.operations).filter((other) => !held.pending.includes(other));
  for (const old of finished.slice(0, Math.max(0, finished.length - MAX_KEPT))) delete held.operations[old];
  return { OperationId: id };
}

export function nextEventAt(cell: Cell): number | null {
  const { pending, operations } = slice(cell);
  return pending[0] === undefined ? null : operations[pending[0]]!.doneAt;
}

export function advance(cell: Cell, now: number): void {
  const held = slice(cell);
  while (held.pending[0] !== undefined && held.operations[held.pending[0]]!.doneAt <= now) {
    const done = held.operations[held.pending.shift()!]!;
    apply(cell, done.change);
    done.status = 'SUCCESS';
    done.updatedAt = done.doneAt;
  }
}

function apply(cell: Cell, change: Change): void {
  const { namespaces, services } = slice(cell);
  switch (change.kind) {
    case 'createNamespace':
      namespaces[change.namespace.id] = change.namespace;
      return;
    case 'deleteNamespace':
      delete namespaces[change.id];
      return;
    case 'updateNamespace': {
      const found = namespaces[change.id];
      if (!found) return;
      found.description = change.description ?? found.description;
      found.ttl = change.ttl ?? found.ttl;
      return;
    }
    case 'updateService': {
      const found = services[change.id];
      if (!found) return;
      found.description = change.description ?? found.description;
      found.healthCheck = change.healthCheck ?? found.healthCheck;
      if (change.dns && found.dns) found.dns = { ...found.dns, DnsRecords: change.dns.DnsRecords };
      return;
    }
    default: {
      const found = services[change.service];
      if (!found) return;
      if (change.kind === 'register') found.instances[change.instance] = change.registration;
      else delete found.instances[change.instance];
      found.revision++;
    }
  }
}

/** One that does the same and is not through. */
export function underway(cell: Cell, type: string, targets: Record<string, string>): Running | undefined {
  const { pending, operations } = slice(cell);
  return pending
    .map((id) => operations[id]!)
    .find((one) => one.type === type && Object.entries(targets).every(([kind, id]) => one.targets[kind] === id));
}

export const inProgress = ({ id }: Running): AwsError =>
  new AwsError('DuplicateRequest', 'The operation is already in progress.', 400, { DuplicateOperationId: id });

interface Filter {
  Name: string;
  Values: string[];
  Condition?: string;
}

const summary = ({ id, status }: Running): object => ({ Id: id, Status: status });

export const operationOperations: Readonly<Record<string, Operation>> = {
  GetOperation(input: { OperationId: string }, { cell }) {
    const found = entry(slice(cell).operations, input.OperationId);
    if (!found) throw new AwsError('OperationNotFound', `Operation with id ${input.OperationId} not found.`);
    return {
      Operation: {
        ...summary(found),
        Type: found.type,
        OwnerAccount: cell.account,
        CreateDate: new Date(found.createdAt),
        UpdateDate: new Date(found.updatedAt),
        Targets: found.targets,
      },
    };
  },
  ListOperations(input: { Filters?: Filter[]; MaxResults?: number; NextToken?: string }, { cell }) {
    const value = (operation: Running, name: string): string | undefined => {
      if (name === 'STATUS') return operation.status;
      if (name === 'TYPE') return operation.type;
      return operation.targets[name === 'NAMESPACE_ID' ? 'NAMESPACE' : 'SERVICE'];
    };
    const found = Object.values(slice(cell).operations).filter((operation) =>
      (input.Filters ?? []).every(({ Name, Values }) => Values.includes(value(operation, Name) ?? '')),
    );
    const { items, token } = page(found, input.NextToken, input.MaxResults ?? 100, badToken);
    return { Operations: items.map(summary), NextToken: token };
  },
};
