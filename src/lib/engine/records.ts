/** Deploy records in the home of an environment: parameters below `/baf/deploys/<environment>`. */
import { UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { formatRecord, parseRecord } from '../records/format.js';
import { prunedIds } from '../records/history.js';
import { isId, recordParameter, recordsPath, wishParameter, type DeployRecord } from '../records/record.js';
import { hideSecretsIn } from '../redaction/secrets.js';
import type { Effects } from './effects.js';

export interface RecordPlace {
  readonly environment: string;
  readonly home: Target;
}

/** Who wants a deploy to stop and go back. */
export interface Wish {
  readonly by: string;
}

/** In no order; what is not one of ours is left out. */
export async function listRecords({ environment, home }: RecordPlace, effects: Effects): Promise<DeployRecord[]> {
  const path = recordsPath(environment);
  const found = await effects.at(home).ssm.byPath(path);
  return found.flatMap(({ name, value }) => {
    const id = name.slice(path.length + 1);
    const record = isId(id) ? parseRecord(environment, id, value) : null;
    return record ? [record] : [];
  });
}

/** The record and the wish, by one call; null where there is no such record. */
export async function readRecord(
  { environment, home }: RecordPlace,
  id: string,
  effects: Effects,
): Promise<{ record: DeployRecord; wish: Wish | null } | null> {
  const found = await effects.at(home).ssm.get([recordParameter(environment, id), wishParameter(environment, id)]);
  const own = found.find((p) => p.name === recordParameter(environment, id));
  const record = own ? parseRecord(environment, id, own.value) : null;
  const wish = found.find((p) => p.name === wishParameter(environment, id));
  return record ? { record, wish: wish ? wishOf(wish.value) : null } : null;
}

export async function readWish({ environment, home }: RecordPlace, id: string, effects: Effects): Promise<Wish | null> {
  const [found] = await effects.at(home).ssm.get([wishParameter(environment, id)]);
  return found ? wishOf(found.value) : null;
}

function wishOf(value: string): Wish {
  try {
    const { by } = JSON.parse(value) as { by?: unknown };
    return { by: typeof by === 'string' ? by : 'somebody' };
  } catch {
    return { by: 'somebody' };
  }
}

/** What a deploy says of itself may hold what a container printed: written down without secrets. */
export async function writeRecord({ home }: RecordPlace, record: DeployRecord, effects: Effects): Promise<void> {
  await effects.at(home).ssm.put(recordParameter(record.environment, record.id), formatRecord(hideSecretsIn(record)), {
    description: `baf: ${record.kind} to ${record.environment}`,
    urgent: true,
  });
}

/** A second wish is the first one. */
export async function writeWish({ environment, home }: RecordPlace, id: string, wish: Wish, effects: Effects): Promise<void> {
  try {
    await effects.at(home).ssm.put(wishParameter(environment, id), JSON.stringify({ baf: 1, ...wish }), {
      create: true,
      urgent: true,
      description: `baf: cancel ${id}`,
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'ParameterAlreadyExists') throw error;
  }
}

/** Takes away what is too old, one after the other: writes are few a second for the whole account. */
export async function forgetRecords(place: RecordPlace, records: readonly DeployRecord[], effects: Effects): Promise<void> {
  const { ssm } = effects.at(place.home);
  // A few at a time: whatever is left over goes with the next deploy.
  for (const id of prunedIds(records, effects.clock.now()).slice(0, 5)) {
    await ssm.delete(wishParameter(place.environment, id));
    await ssm.delete(recordParameter(place.environment, id));
  }
}
