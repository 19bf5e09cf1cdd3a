/** Which stagings there are, and what of each is there. */
import type { ServiceSpec } from '../model/service.js';
import type { StagingView } from '../model/staging.js';
import type { Target } from '../model/target.js';
import { parseStagingRecord, type StagingRecord } from '../stagings/record.js';
import { stagingParameter } from '../tags/names.js';
import type { Effects } from './effects.js';
import { hostOf } from './observe.js';

export async function findStaging(name: string, target: Target, effects: Effects): Promise<StagingRecord | null> {
  const [found] = await effects.at(target).ssm.get([stagingParameter(name)]);
  return found ? parseStagingRecord(found.value) : null;
}

export async function listStagings(target: Target, effects: Effects): Promise<StagingRecord[]> {
  return (await effects.at(target).ssm.byPath('/baf/stagings')).map((p) => parseStagingRecord(p.value)).filter((r) => r !== null);
}

export async function showStaging(
  record: StagingRecord,
  target: Target,
  effects: Effects,
  specs: readonly ServiceSpec[],
): Promise<StagingView> {
  const { ecs, offer } = effects.at(target);
  const { cluster, domain } = await offer(record.environment);
  const names = Object.keys(record.services);
  const live = await ecs.describeServices(
    cluster,
    names.map((service) => ecsName(record, service)),
  );
  const services = names.map((service) => {
    const state = live.find((s) => s.name === ecsName(record, service));
    const spec = specs.find((s) => s.name === service);
    const primary = state?.deployments.find((d) => d.status === 'PRIMARY');
    const status = !state
      ? 'missing'
      : primary?.rolloutState === 'COMPLETED'
        ? 'ready'
        : primary?.rolloutState === 'FAILED'
          ? 'failed'
          : 'starting';
    const web = spec?.template === 'web-service';
    return {
      service,
      tag: record.services[service]!,
      status,
      url: web ? `https://${hostOf({ staging: record.name }, spec, domain)}` : null,
    };
  });
  const incomplete = record.status === 'creating' || services.some((s) => s.status === 'missing');
  const status = record.status === 'deleting' || record.status === 'failed' ? record.status : incomplete ? 'incomplete' : 'ready';
  return {
    name: record.name,
    owner: record.owner,
    environment: record.environment,
    status,
    createdAt: record.createdAt,
    expiresAt: record.expiresAt,
    cost: null,
    services,
  };
}

/** Name that templates give a staging's service in ECS. */
export const ecsName = (record: { project: string; name: string }, service: string): string =>
  `${record.project}-${record.name}-${service}`;
