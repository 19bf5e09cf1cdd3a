/** What a deploy leaves in the embedded AWS, without what differs from one run to the next: ids, times, random names. */
import type { ScalingSlice } from '../../../src/lib/sandbox/services/application-autoscaling/state.js';
import type { EcsSlice } from '../../../src/lib/sandbox/services/ecs/types.js';
import type { SsmSlice, Stored } from '../../../src/lib/sandbox/services/ssm/state.js';
import type { State } from '../../../src/lib/sandbox/state.js';
import { standingOf } from '../../../src/lib/locks/standing.js';
import { locksPath, readTickets, type Contender } from '../../../src/lib/locks/ticket.js';
import { parseRecord } from '../../../src/lib/records/format.js';
import { recordsPath, type DeployRecord } from '../../../src/lib/records/record.js';
import { parseAudit } from '../../../src/lib/tags/audit.js';

const ENVIRONMENT = 'prod';

export interface Aftermath {
  /** By `region of account service`: versions of the tag with their labels, oldest first. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  /** By service: what runs, and how often it was rolled. */
  readonly services: Readonly<Record<string, object>>;
  /** Stacks, by name: their status, and how often they were changed. */
  readonly stacks: Readonly<Record<string, string>>;
  /** Suspended scale-in. A mark of who did it says nothing where it is not suspended. */
  readonly scaling: readonly string[];
  /** Deploys on record, oldest first: how they ended, and each of their rollouts. */
  readonly records: readonly Readonly<Record<string, string>>[];
  /** Places in the queue, and wishes that are for nobody. */
  readonly left: readonly string[];
}

export function aftermath(state: State): Aftermath {
  const tags: Record<string, readonly string[]> = {};
  const services: Record<string, object> = {};
  const stacks: Record<string, string> = {};
  const scaling: string[] = [];
  const records: DeployRecord[] = [];
  const left: string[] = [];
  for (const [where, slices] of Object.entries(state.cells)) {
    const { parameters } = (slices['ssm'] ?? { parameters: {} }) as SsmSlice;
    for (const [name, stored] of Object.entries(parameters)) {
      if (name.startsWith(`/baf/tags/${ENVIRONMENT}/`)) tags[`${where} ${name.split('/').at(-1)!}`] = versionsOf(stored);
      if (name.startsWith(`/baf/queue/`)) left.push(name);
      if (!name.startsWith(`${recordsPath(ENVIRONMENT)}/`)) continue;
      const record = parseRecord(ENVIRONMENT, name.split('/')[4]!, stored.versions.at(-1)!.value);
      if (name.endsWith('/cancel') || !record) left.push(name.replace(/d-[^/]+/, 'd'));
      else records.push(record);
    }
    const ecs = slices['ecs'] as EcsSlice | undefined;
    for (const service of Object.values(ecs?.services ?? {}))
      services[`${where} ${service.name}`] = {
        status: service.status,
        desired: service.desired,
        running: Object.values(ecs!.tasks)
          .filter((task) => task.service === service.name && task.status === 'RUNNING')
          .map((task) => task.taskDefinition.split('/').at(-1)!)
          .toSorted(),
        deployments: service.deployments.map((d) => `${d.status} ${d.rolloutState} ${d.taskDefinition.split('/').at(-1)!}`),
        rolled: service.records.map((r) => `${revisionOf(service, r.revision)} ${r.status}`),
        revisions: ecs!.families[service.name]?.length,
      };
    for (const stack of Object.values((slices['cloudformation'] as { stacks?: object } | undefined)?.stacks ?? {}) as {
      name: string;
      status: string;
      events: unknown[];
    }[])
      stacks[`${where} ${stack.name}`] = `${stack.status} after ${stack.events.length} events`;
    for (const target of Object.values(((slices['application-autoscaling'] ?? {}) as Partial<ScalingSlice>).targets ?? {})) {
      const suspended = Object.entries(target.suspended).filter(([, on]) => on);
      if (suspended.length > 0) scaling.push(`${where} ${target.ResourceId} ${JSON.stringify([suspended, target.tags])}`);
    }
  }
  return { tags, services, stacks, scaling, records: records.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(linesOf), left };
}

/** Services that are locked, as one sees it who knows of these processes that they are gone. */
export function lockedIn(state: State, now: number, isGone: (contender: Contender) => boolean = () => false): string[] {
  const found = Object.values(state.cells).flatMap((slices) =>
    Object.entries(((slices['ssm'] ?? { parameters: {} }) as SsmSlice).parameters).flatMap(([name, { first, versions }]) => {
      const last = versions.at(-1)!;
      const version = first + versions.length - 1;
      return name.startsWith(`${locksPath(ENVIRONMENT)}/`)
        ? [{ name, value: last.value, version, updatedAt: last.at, selector: null }]
        : [];
    }),
  );
  const tickets = readTickets(ENVIRONMENT, found);
  const services = Object.values(state.cells).flatMap((slices) =>
    Object.keys((slices['ecs'] as Partial<EcsSlice> | undefined)?.services ?? {}),
  );
  const names = [...new Set(services.map((name) => name.split('-').at(-1)!))];
  return names.filter((name) => standingOf(tickets, name, { now, since: () => now, isDead: isGone }).kind === 'held');
}

const linesOf = (record: DeployRecord): Record<string, string> => ({
  ended: `${record.kind} ${record.state}${record.finishedAt === null ? ', not ended' : ''}`,
  ...Object.fromEntries(
    record.rollouts.map((r) => [
      `${r.service}@${r.target}`,
      `${r.from?.tag} -> ${r.to.tag} ${r.status} ${r.cause?.code ?? ''}`.trim(),
    ]),
  ),
});

/** `1.4.0 live` of each version, by whom it was meant. */
const versionsOf = (stored: Stored): string[] =>
  stored.versions.map((v, index) => {
    const audit = parseAudit(v.description ?? null);
    const expected = audit?.version === stored.first + index ? '' : ` (foreign: ${audit?.version})`;
    return `${v.value.replace(/sha256:(\w{6})\w+/, '$1')} ${audit?.op ?? 'by hand'} ${v.labels.toSorted().join(' ')}${expected}`.trim();
  });

const revisionOf = (service: EcsSlice['services'][string], arn: string): string =>
  service.revisions
    .find((r) => r.arn === arn)
    ?.taskDefinition.split('/')
    .at(-1) ?? arn;

/** What differs, one line each: `path: expected -> found`. */
export function differences(expected: unknown, found: unknown, path = ''): string[] {
  if (JSON.stringify(expected) === JSON.stringify(found)) return [];
  const both = [expected, found];
  if (both.every((v) => typeof v === 'object' && v !== null)) {
    const [a, b] = both as [Record<string, unknown>, Record<string, unknown>];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], `${path}/${key}`));
  }
  return [`${path}: ${JSON.stringify(expected)} -> ${JSON.stringify(found)}`];
}

/** What counts where it was tried more than once: what runs, what the tags say of it, and that all is closed. */
export const serving = ({ tags, services, scaling, records, left, stacks }: Aftermath) => ({
  tags: Object.fromEntries(
    Object.entries(tags).map(([where, versions]) => [
      where,
      { desired: versions.at(-1)!.split(' ')[0], live: versions.findLast((v) => / live/.test(v))?.split(' ')[0] },
    ]),
  ),
  services: Object.fromEntries(
    Object.entries(services).map(([where, service]) => {
      const { status, desired, running, deployments } = service as Record<string, unknown>;
      return [where, { status, desired, running, deployments }];
    }),
  ),
  scaling,
  stacks,
  left,
  open: records.filter((r) => /running|left|not ended/.test(r['ended']!)),
  last: records.at(-1)!['ended'],
});
