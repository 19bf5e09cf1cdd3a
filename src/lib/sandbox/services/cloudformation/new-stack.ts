/** A stack of which nothing is there yet: its name, its id, its state. */
import type { CallContext } from '../../service.js';
import { uuid, type Stack, type Wanted } from './state.js';
import { refuse } from './template.js';

export const newStackId = ({ cell, id }: CallContext, name: string): string =>
  `arn:aws:cloudformation:${cell.region}:${cell.account}:stack/${name}/${uuid(id(32))}`;

/** A stack of which nothing is there yet. */
export function newStack(id: string, name: string, wanted: Wanted, now: number): Stack {
  return {
    ...wanted,
    id,
    name,
    status: '',
    reason: null,
    createdAt: now,
    updatedAt: null,
    deletedAt: null,
    outputs: {},
    resources: {},
    listed: {},
    events: [],
    work: null,
    nextAt: null,
    before: null,
    leftovers: [],
    onFailure: 'ROLLBACK',
    disableRollback: false,
    protected: false,
    policy: null,
    capabilities: [],
    notifications: [],
    roleArn: null,
    timeoutMinutes: null,
    rollbackConfiguration: {},
    drift: { status: 'NOT_CHECKED', at: null },
    drifts: {},
  };
}

export function checkName(name: string): void {
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name ?? ''))
    throw refuse(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
}
