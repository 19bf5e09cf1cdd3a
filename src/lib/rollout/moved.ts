/** Whether the world is still as it was when a rollout was planned. Pure: what was found then, and what is found now. */
import { revisionOf, type DeploymentState } from '../model/observed.js';
import type { Found } from './plan.js';

/** What is looked at again; `tagVersion` as in {@link Found}. */
export interface FoundAgain {
  readonly primary: Pick<DeploymentState, 'id' | 'taskDefinitionArn'> | null;
  readonly tagVersion: number | null;
}

/** What moved, e.g. `deploy tag` from `version 7` to `version 8`. */
export interface Move {
  readonly what: 'deploy tag' | 'service';
  readonly from: string;
  readonly to: string;
}

export function movesSince(found: Found, now: FoundAgain): Move[] {
  const moves: Move[] = [];
  if (found.tagVersion !== null && now.tagVersion !== null && found.tagVersion !== now.tagVersion)
    moves.push({ what: 'deploy tag', from: version(found.tagVersion), to: version(now.tagVersion) });
  const arn = now.primary?.taskDefinitionArn ?? null;
  if (found.deploymentId !== (now.primary?.id ?? null) || found.taskDefinitionArn !== arn)
    moves.push({
      what: 'service',
      from: deployment(found.deploymentId, found.taskDefinitionArn),
      to: deployment(now.primary?.id ?? null, arn),
    });
  return moves;
}

const version = (number: number): string => (number === 0 ? 'none' : `version ${number}`);
const deployment = (id: string | null, arn: string | null): string =>
  id === null && arn === null ? 'none' : `${arn === null ? '?' : revisionOf(arn)} (${id ?? 'no deployment'})`;
