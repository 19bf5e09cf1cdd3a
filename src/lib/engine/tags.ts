/** Deploy tags over targets: desired, live and running side by side, and writing one. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { ServiceSpec } from '../model/service.js';
import type { TagRow } from '../model/tag-row.js';
import type { Target } from '../model/target.js';
import { formatAudit, parseAudit, type AuditNote } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { stateOfTag } from '../tags/state.js';
import { formatTagValue, parseTagValue } from '../tags/value.js';
import type { Effects } from './effects.js';
import { environmentServiceName } from './names.js';
import { runningTags } from './status.js';

export interface TagsRequest {
  readonly project: string;
  readonly services: readonly string[];
  readonly cells: readonly { readonly environment: string; readonly target: Target }[];
}

/** A row for each service in each cell; targets that refuse us are `denied`, not missing. */
export async function observeTags(request: TagsRequest, effects: Effects): Promise<{ tags: TagRow[]; denied: string[] }> {
  const denied: string[] = [];
  const rows = await Promise.all(
    request.cells.map(async ({ environment, target }) => {
      try {
        return await tagsOfCell(request, environment, target, effects);
      } catch (error) {
        if (!(error instanceof UserError) || error.exitCode !== ExitCode.denied) throw error;
        denied.push(target.name);
        return request.services.map((service): TagRow => ({ ...empty(service, environment, target.name), state: 'denied' }));
      }
    }),
  );
  return { tags: rows.flat(), denied };
}

const empty = (service: string, environment: string, target: string) => ({
  service,
  environment,
  target,
  tag: null,
  digest: null,
  version: null,
  live: null,
  running: null,
  updatedAt: null,
  updatedBy: null,
});

async function tagsOfCell(request: TagsRequest, environment: string, target: Target, effects: Effects): Promise<TagRow[]> {
  const { ssm, ecs, offer } = effects.at(target);
  const names = request.services.map((service) => tagParameter(environment, service));
  const ecsNames = request.services.map((name) => environmentServiceName({ project: request.project, environment }, { name }));
  // All reads at once: desired values, live labels, audit records, and what ECS runs.
  const [values, metadata, services] = await Promise.all([
    ssm.get([...names, ...names.map((name) => `${name}:live`)]),
    ssm.describe(names),
    offer(environment).then(({ cluster }) => ecs.describeServices(cluster, ecsNames)),
  ]);
  const tags = await runningTags(ecs, services);
  return request.services.map((service, index): TagRow => {
    const name = names[index]!;
    const parameter = values.find((p) => p.name === name && p.selector === null) ?? null;
    const liveAt = values.find((p) => p.name === name && p.selector === ':live') ?? null;
    const about = metadata.find((m) => m.name === name) ?? null;
    const state = services.find((s) => s.name === ecsNames[index]) ?? null;
    const steady = state?.deployments.find((d) => d.rolloutState === 'COMPLETED');
    const running = state ? (tags.get(steady?.taskDefinitionArn ?? state.taskDefinitionArn) ?? null) : null;
    const value = parameter ? parseTagValue(parameter.value) : null;
    const audit = parseAudit(about?.description ?? null);
    return {
      ...empty(service, environment, target.name),
      tag: value?.tag ?? null,
      digest: value?.digest ?? null,
      version: parameter?.version ?? null,
      live: liveAt ? parseTagValue(liveAt.value).tag : null,
      running,
      updatedAt: parameter ? new Date(parameter.updatedAt).toISOString() : null,
      updatedBy: audit?.by ?? about?.updatedBy ?? null,
      state: stateOfTag({
        tag: value?.tag ?? null,
        running,
        rolling: state?.deployments.some((d) => d.status === 'PRIMARY' && d.rolloutState === 'IN_PROGRESS') ?? false,
        foreign: parameter !== null && about !== null && audit?.version !== about.version,
      }),
    };
  });
}

/** Writes a tag where it differs; the image must be in the registry that the target pulls from. */
export async function writeTag(
  request: {
    readonly environment: string;
    readonly service: ServiceSpec;
    readonly tag: string;
    readonly target: Target;
    readonly note?: AuditNote;
  },
  effects: Effects,
): Promise<{ target: string; changed: boolean; from: string | null; version: number }> {
  const { environment, service, tag, target } = request;
  const { ssm, imageDigest } = effects.at(target);
  const name = tagParameter(environment, service.name);
  const external = service.image.includes('/') && service.image.split('/')[0]!.includes('.');
  const digest = external ? null : await imageDigest(service.image, tag);
  if (!external && digest === null)
    throw new UserError('ImageMissing', {
      message: `${service.image}:${tag} is not in the registry of ${target.name}.`,
      nextSteps: ['Push the image first, or check the tag.'],
      exitCode: ExitCode.refused,
    });
  const [now] = await ssm.get([name]);
  const value = formatTagValue({ tag, digest });
  const from = now ? parseTagValue(now.value).tag : null;
  if (now?.value === value) return { target: target.name, changed: false, from, version: now.version };
  const version = await ssm.put(name, value, {
    description: formatAudit({ by: effects.actor, op: 'set', version: (now?.version ?? 0) + 1, ...request.note }),
  });
  return { target: target.name, changed: true, from, version };
}
