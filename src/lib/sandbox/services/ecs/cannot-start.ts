/** What a task is given before its containers start, image, secrets and parameters: it does not start without one of them. */
import type { Cell } from '../../service.js';
import { unseal } from '../sealed.js';
import { findSecret, withStage } from '../secretsmanager/state.js';
import { lookUp, nameOf } from '../ssm/state.js';
import { findDefinition, type Task } from './state.js';

const COULD_NOT =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve';
const secretArn = /^arn:[^:]+:secretsmanager:([^:]*):(\d+):secret:([^:]+)(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?$/;

export function notPulled(container: Task['containers'][number]): string {
  const { image } = container;
  container.reason = `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`;
  return container.reason;
}

/** Why the task cannot start, as AWS says it; null where all is there. What is in another account or region is not looked at. */
export function missingSecret(cell: Cell, task: Task): string | null {
  const containers = findDefinition(cell, task.taskDefinition)?.input.containerDefinitions ?? [];
  const wanted = containers.flatMap((c) => c.secrets ?? []);
  for (const { valueFrom } of wanted) {
    const parts = secretArn.exec(valueFrom);
    const why = parts ? missingIn(cell, valueFrom, parts) : missingParameter(cell, valueFrom);
    if (why !== null) return `${COULD_NOT} ${why}`;
  }
  return null;
}

function missingParameter(cell: Cell, reference: string): string | null {
  const [, , , region, account] = reference.split(':');
  if (reference.startsWith('arn:') && (region !== cell.region || account !== cell.account)) return null;
  if (lookUp(cell, nameOf(cell, reference).split(':')[0]!)) return null;
  return `secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: ${reference}`;
}

function missingIn(cell: Cell, valueFrom: string, parts: RegExpExecArray): string | null {
  const [, region, account, , key = '', stage = '', version = ''] = parts;
  if (region !== cell.region || account !== cell.account) return null;
  const arn = valueFrom.split(':').slice(0, 7).join(':');
  const retried = 'secret from asm: service call has been retried 1 time(s):';
  const secret = findSecret(cell, arn);
  const held = version ? secret?.versions.find(({ id }) => id === version) : secret && withStage(secret, stage || 'AWSCURRENT');
  if (!secret || secret.deletedAt !== null || !held)
    return `${retried} failed to fetch secret ${arn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`;
  return key === '' || hasKey(held.text === null ? null : unseal(cell, held.text), key)
    ? null
    : `${retried} retrieved secret from Secrets Manager did not contain json key ${key}`;
}

function hasKey(text: string | null, key: string): boolean {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  } catch {
    return false;
  }
}
