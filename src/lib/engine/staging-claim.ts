/** The name of a staging: claimed by one owner, within what the platform allows. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { parseStagingRecord, type StagingRecord } from '../stagings/record.js';
import { stagingParameter } from '../tags/names.js';
import type { Effects } from './effects.js';
import { findStaging } from './staging-view.js';
import type { StagingRequest } from './staging.js';

/** Creates the record, or takes it up again where it is the same owner's; exactly one of two at once wins. */
export async function claim(request: StagingRequest, effects: Effects): Promise<{ record: StagingRecord; text: string }> {
  const { ssm } = effects.at(request.target);
  const all = (await ssm.byPath('/baf/stagings')).map((p) => ({ record: parseStagingRecord(p.value), text: p.value }));
  const mine = all.find(({ record }) => record?.name === request.name) ?? null;
  const now = effects.clock.now();
  if (mine?.record) {
    const { record } = mine;
    if (record.owner !== request.owner || record.project !== request.project)
      throw new UserError('StagingTaken', {
        message: `The staging ${request.name} is ${record.owner}'s (project ${record.project}).`,
        nextSteps: [`Choose another name, e.g. ${request.name}-${request.owner.toLowerCase().replace(/[^a-z0-9]/g, '')}`],
        exitCode: ExitCode.refused,
      });
    if (request.ttlMs === null) return { record, text: mine.text };
    return { record: { ...record, expiresAt: new Date(now + request.ttlMs).toISOString() }, text: mine.text };
  }
  const owned = all.filter(({ record }) => record?.owner === request.owner);
  if (owned.length >= request.rules.perOwner)
    throw new UserError('StagingQuota', {
      message: `${request.owner} has ${owned.length} stagings already (${owned.map(({ record }) => record!.name).join(', ')}); the platform allows ${request.rules.perOwner}.`,
      nextSteps: [`baf staging down ${owned[0]!.record!.name}`],
      exitCode: ExitCode.refused,
    });
  const record: StagingRecord = {
    baf: 1,
    name: request.name,
    owner: request.owner,
    project: request.project,
    environment: request.environment,
    status: 'creating',
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + (request.ttlMs ?? request.rules.ttlMs)).toISOString(),
    services: {},
  };
  const text = JSON.stringify(record);
  const create = () =>
    ssm.put(stagingParameter(request.name), text, { create: true, description: `staging of ${request.owner}` });
  await afresh(create, async () => (await findStaging(request.name, request.target, effects)) === null, effects.clock);
  return { record, text };
}

/** For so long SSM holds the name of a parameter that was deleted. */
const NAME_HELD_MS = 30_000;
const LOOK_AGAIN_MS = 5_000;

/** Creates what was deleted a moment ago: SSM refuses the name for half a minute, though nothing is there any more. */
async function afresh(create: () => Promise<unknown>, gone: () => Promise<boolean>, clock: Effects['clock']): Promise<void> {
  const until = clock.now() + NAME_HELD_MS + LOOK_AGAIN_MS;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      const held = error instanceof UserError && error.code === 'ParameterAlreadyExists';
      if (!held || clock.now() > until || !(await gone())) throw error;
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
}
