/** What ECS would put into a service's environment in one target, and which tasks hold what was there before. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { RotationRow } from '../model/setting-row.js';
import type { ServiceSpec } from '../model/service.js';
import type { RunningTask, StoredValue } from '../model/stored-value.js';
import type { Target } from '../model/target.js';
import { keepSecret } from '../redaction/secrets.js';
import { arnOfReference, askedBy, type Asked } from '../settings/names.js';
import type { Effects } from './effects.js';
import { environmentServiceName } from './names.js';
import { ecsName, listStagings } from './staging-view.js';

interface Wanted {
  readonly variable: string;
  readonly secret: boolean;
  readonly asked: Asked;
}

const wantedBy = (references: Readonly<Record<string, string>>, target: Target, secret: boolean): Wanted[] =>
  Object.entries(references).map(([variable, ref]) => ({
    variable,
    secret,
    asked: askedBy(arnOfReference(ref, target), target),
  }));

const fits = (asked: Asked, v: StoredValue): boolean =>
  [v.name, v.arn].includes(asked.id) || v.arn.replace(/-[A-Za-z0-9]{6}$/, '') === asked.id;

/** Values by variable; `missing` are the variables whose parameter, secret or part of one is not there. */
export async function readServiceValues(
  spec: ServiceSpec,
  target: Target,
  { onlySecrets }: { readonly onlySecrets: boolean },
  effects: Effects,
): Promise<{ values: Record<string, string>; missing: { variable: string; id: string }[] }> {
  const { ssm, secretsmanager } = effects.at(target).values;
  const wanted = [...(onlySecrets ? [] : wantedBy(spec.settings, target, false)), ...wantedBy(spec.secrets, target, true)];
  const parameters = await ssm.read([...new Set(wanted.filter((w) => w.asked.store === 'ssm').map((w) => w.asked.id))]);
  const found = await Promise.all(
    wanted.map(async ({ variable, secret, asked }) => {
      const { versionStage: stage, versionId: id } = asked;
      const stored =
        asked.store === 'ssm'
          ? parameters.find((v) => fits(asked, v))
          : (await secretsmanager.read([asked.id], { stage, id }))[0];
      const whole = stored?.value ?? null;
      if (secret) keepSecret(whole);
      const value = whole === null || asked.jsonKey === null ? whole : partOf(whole, asked.jsonKey);
      if (secret) keepSecret(value);
      return { variable, value, id: asked.jsonKey ? `${asked.id} (${asked.jsonKey})` : asked.id };
    }),
  );
  const there = found.filter((f): f is typeof f & { value: string } => f.value !== null);
  return {
    values: Object.fromEntries(there.map((f) => [f.variable, f.value])),
    missing: found.filter((f) => f.value === null).map(({ variable, id }) => ({ variable, id })),
  };
}

/** A key of a JSON object, as ECS takes it: texts as they are, other values as JSON. */
function partOf(text: string, key: string): string | null {
  try {
    const all = JSON.parse(text) as unknown;
    if (typeof all !== 'object' || all === null || !Object.hasOwn(all, key)) return null;
    const value = (all as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return null;
  }
}

export interface RotationRequest {
  readonly project: string;
  readonly environment: string;
  readonly services: readonly ServiceSpec[];
  readonly targets: readonly Target[];
  /** Where stagings of the environment are, which read its secrets; null where it has none. */
  readonly stagingsIn: Target | null;
  /** A secret that was not changed for longer is `old`. */
  readonly maxAgeMs: number;
}

const DAY_MS = 86_400_000;

/** A row for each secret that a service reads in each target. No value is read. */
export async function checkRotation(request: RotationRequest, effects: Effects): Promise<RotationRow[]> {
  const rows = await Promise.all(
    request.targets.flatMap((target) => request.services.map((service) => rotationOf(request, service, target, effects))),
  );
  return rows.flat();
}

async function rotationOf(request: RotationRequest, spec: ServiceSpec, target: Target, effects: Effects): Promise<RotationRow[]> {
  const wanted = wantedBy(spec.secrets, target, true);
  if (wanted.length === 0) return [];
  const { values, offer, runningTasks } = effects.at(target);
  const base = { service: spec.name, environment: request.environment, target: target.name, staging: null };
  const ids = (store: Asked['store']): string[] => [
    ...new Set(wanted.filter((w) => w.asked.store === store).map((w) => w.asked.id)),
  ];
  try {
    const { cluster } = await offer(request.environment);
    const name = environmentServiceName(request, spec);
    const [parameters, secrets, tasks, stagings] = await Promise.all([
      values.ssm.changes(ids('ssm')),
      values.secretsmanager.changes(ids('secretsmanager')),
      runningTasks(cluster, name),
      tasksOfStagings(request, spec, target, cluster, effects),
    ]);
    return wanted.flatMap(({ variable, asked }): RotationRow[] => {
      const found = (asked.store === 'ssm' ? parameters : secrets).find((v) => fits(asked, v));
      const secret = asked.id;
      if (!found) {
        const gone = { updatedAt: null, ageDays: null, state: 'missing', tasks: [], fix: fixFor(asked, request) } as const;
        return [{ ...base, variable, secret, ...gone }];
      }
      const age = effects.clock.now() - found.updatedAt;
      const about = {
        ...base,
        variable,
        secret,
        updatedAt: new Date(found.updatedAt).toISOString(),
        ageDays: Math.max(0, Math.floor(age / DAY_MS)),
      };
      const heldBy = (running: readonly RunningTask[], ecsService: string) => {
        const held = running.filter((t) => t.createdAt < found.updatedAt);
        const fix = `baf exec-with ${target.name} -- aws ecs update-service --cluster ${cluster} --service ${ecsService} --force-new-deployment`;
        const those = held.map((t) => ({ id: t.id, createdAt: new Date(t.createdAt).toISOString() }));
        return held.length > 0 ? ({ state: 'held', tasks: those, fix } as const) : null;
      };
      const old = age > request.maxAgeMs;
      const otherwise = {
        state: old ? ('old' as const) : ('current' as const),
        tasks: [],
        fix: old ? fixFor(asked, request) : null,
      };
      return [
        { ...about, ...(heldBy(tasks, name) ?? otherwise) },
        ...stagings.flatMap((s) => {
          const held = heldBy(s.tasks, s.ecsService);
          return held ? [{ ...about, ...held, staging: s.staging }] : [];
        }),
      ];
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode !== ExitCode.denied) throw error;
    return wanted.map(({ variable, asked }) => ({
      ...{ ...base, variable, secret: asked.id },
      ...{ updatedAt: null, ageDays: null, state: 'denied' as const, tasks: [], fix: null },
    }));
  }
}

/** The tasks of a service in the project's stagings there. */
function tasksOfStagings(
  { project, environment, stagingsIn }: RotationRequest,
  spec: ServiceSpec,
  target: Target,
  cluster: string,
  effects: Effects,
): Promise<{ staging: string; ecsService: string; tasks: RunningTask[] }[]> {
  if (stagingsIn?.name !== target.name) return Promise.resolve([]);
  return listStagings(target, effects).then((records) =>
    Promise.all(
      records
        .filter((r) => r.project === project && r.environment === environment && Object.hasOwn(r.services, spec.name))
        .map(async (r) => {
          const ecsService = ecsName(r, spec.name);
          return { staging: r.name, ecsService, tasks: await effects.at(target).runningTasks(cluster, ecsService) };
        }),
    ),
  );
}

/** How a secret of baf's own tree is set; others are set by whoever keeps them. */
export function fixFor(asked: Pick<Asked, 'id' | 'store'>, { environment }: { readonly environment: string }): string | null {
  const own = /(?:^\/|:secret:)baf\/(settings|secrets)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(asked.id);
  if (!own || own[2] !== environment) return null;
  const store = asked.store === 'secretsmanager' ? ' --store secretsmanager' : '';
  return `baf ssm ${own[1]} set ${own[3]} ${own[4]} --env ${environment}${store}`;
}
