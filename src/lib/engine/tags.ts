/** Deploy tags over targets: desired, live and running side by side. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { TAG } from '../config/checks.js';
import type { Parameter, ParameterMetadata } from '../model/parameter.js';
import type { TagRow } from '../model/tag-row.js';
import type { Target } from '../model/target.js';
import { parseAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { stateOfTag } from '../tags/state.js';
import { parseTagValue } from '../tags/value.js';
import type { Effects, TargetGateways } from './effects.js';
import { environmentServiceName } from './names.js';
import { runningImages } from './status.js';

export interface TagsRequest {
  readonly project: string;
  readonly services: readonly string[];
  readonly cells: readonly { readonly environment: string; readonly target: Target }[];
  /** Only what should run: neither labels nor records nor what ECS runs are asked for. */
  readonly desiredOnly?: boolean;
}

/** A row for each service in each cell; targets that refuse us are `denied`, those that fail `unreadable`, never missing. */
export async function observeTags(
  request: TagsRequest,
  effects: Effects,
): Promise<{ tags: TagRow[]; denied: string[]; failed: string[] }> {
  const cells = await Promise.all(
    request.cells.map(async ({ environment, target }) => {
      try {
        return { target: target.name, refused: null, rows: await tagsOfCell(request, environment, target, effects.at(target)) };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const refused = error.exitCode === ExitCode.denied ? ('denied' as const) : ('unreadable' as const);
        const row = { state: refused, problem: error.message };
        return {
          target: target.name,
          refused,
          rows: request.services.map((service): TagRow => ({ ...empty(service, environment, target.name), ...row })),
        };
      }
    }),
  );
  // In the order of the cells, whichever answered first.
  const named = (state: 'denied' | 'unreadable'): string[] => [
    ...new Set(cells.flatMap((cell) => (cell.refused === state ? [cell.target] : []))),
  ];
  return { tags: cells.flatMap(({ rows }) => rows), denied: named('denied'), failed: named('unreadable') };
}

export const empty = (service: string, environment: string, target: string): Omit<TagRow, 'state'> => ({
  service,
  environment,
  target,
  tag: null,
  digest: null,
  version: null,
  live: null,
  running: null,
  runningDigest: null,
  updatedAt: null,
  updatedBy: null,
  op: null,
  pinned: null,
  problem: null,
});

async function tagsOfCell(
  request: TagsRequest,
  environment: string,
  target: Target,
  { ssm, ecs, offer }: TargetGateways,
): Promise<TagRow[]> {
  const names = request.services.map((service) => tagParameter(environment, service));
  const ecsNames = request.services.map((name) => environmentServiceName({ project: request.project, environment }, { name }));
  if (request.desiredOnly) {
    const values = new Map((await ssm.get(names)).map((p) => [p.name, p]));
    return request.services.map((service, index) => desiredRow(service, environment, target, values.get(names[index]!) ?? null));
  }
  // All reads at once: desired values, live labels, audit records, and what ECS runs.
  const [values, metadata, { services, images }] = await Promise.all([
    ssm.get([...names, ...names.map((name) => `${name}:live`)]),
    ssm.describe(names),
    offer(environment)
      .then(({ cluster }) => ecs.describeServices(cluster, ecsNames))
      .then(async (found) => ({ services: found, images: await runningImages(ecs, found) })),
  ]);
  const byName = new Map(values.map((p) => [`${p.name}${p.selector ?? ''}`, p]));
  const about = new Map(metadata.map((m) => [m.name, m]));
  const running = new Map(services.map((s) => [s.name, s]));
  return request.services.map((service, index): TagRow => {
    const name = names[index]!;
    const parameter = byName.get(name) ?? null;
    const liveAt = byName.get(`${name}:live`) ?? null;
    const state = running.get(ecsNames[index]!) ?? null;
    const steady = state?.deployments.find((d) => d.rolloutState === 'COMPLETED');
    const image = state ? (images.get(steady?.taskDefinitionArn ?? state.taskDefinitionArn) ?? null) : null;
    const row = desiredRow(service, environment, target, parameter);
    const wrote = writer(parameter, about.get(name) ?? null);
    return {
      ...row,
      live: liveAt ? parseTagValue(liveAt.value).tag : null,
      running: image?.tag ?? null,
      runningDigest: image?.digest ?? null,
      updatedBy: wrote.by,
      op: wrote.op,
      state:
        row.state === 'unreadable'
          ? row.state
          : stateOfTag({
              tag: row.tag,
              running: image?.tag ?? null,
              rolling: state?.deployments.some((d) => d.status === 'PRIMARY' && d.rolloutState === 'IN_PROGRESS') ?? false,
              foreign: wrote.foreign,
            }),
    };
  });
}

/** Who wrote the version that was read: by its own record, and otherwise by what AWS says. */
function writer(
  parameter: Parameter | null,
  about: ParameterMetadata | null,
): { by: string | null; op: string | null; foreign: boolean } {
  const audit = parseAudit(about?.description ?? null);
  const own = audit !== null && audit.version === about?.version;
  if (own) return { by: audit.by, op: audit.op, foreign: false };
  return { by: about?.updatedBy ?? null, op: null, foreign: parameter !== null && about !== null };
}

function desiredRow(service: string, environment: string, target: Target, parameter: Parameter | null): TagRow {
  const row = empty(service, environment, target.name);
  if (!parameter) return { ...row, state: 'missing' };
  const value = parseTagValue(parameter.value);
  const at = { version: parameter.version, updatedAt: new Date(parameter.updatedAt).toISOString() };
  if ((parameter.type ?? 'String') !== 'String' || !TAG.test(value.tag))
    return { ...row, ...at, state: 'unreadable', problem: `${parameter.name} in ${target.name} holds no image tag` };
  return { ...row, ...at, tag: value.tag, digest: value.digest, state: 'unchecked' };
}
