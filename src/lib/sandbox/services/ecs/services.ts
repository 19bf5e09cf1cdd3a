/** Services: create, update, delete, describe, list. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { trailing, unseen, writes } from '../../trailing.js';
import { shownOnce } from '../shown.js';
import { pageOf } from './paging.js';
import { wake } from './agenda.js';
import { beginDeployment, primaryOf } from './deployments.js';
import { checkSettings, needDefinition, newSettings, rollingText, updatedSettings, type ServiceInput } from './service-input.js';
import { arnOf, atMost, clusterOf, findDefinition, findService, lastPart, slice, type Service } from './state.js';
import { showService } from './views.js';

/** A service that is there, and not gone again. */
export function needService(context: CallContext, input: { cluster?: string; service?: string }): Service {
  const cluster = clusterOf(context.cell, input.cluster ?? clusterIn(input.service));
  const found = findService(context.cell, cluster, input.service ?? '');
  if (!found) throw new AwsError('ServiceNotFoundException', 'Service not found.');
  if (found.status === 'INACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  return found;
}

/** The cluster that a service's ARN names: `arn:aws:ecs:region:account:service/cluster/name`. */
const clusterIn = (service: string | undefined): string | undefined => /:service\/([^/]+)\/[^/]+$/.exec(service ?? '')?.[1];

function create(input: ServiceInput, context: CallContext): object {
  const { cell, now, callerArn } = context;
  const cluster = clusterOf(cell, input.cluster);
  const name = input.serviceName ?? '';
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) throw new AwsError('InvalidParameterException', 'Invalid service name.');
  const there = findService(cell, cluster, name);
  if (there && there.status !== 'INACTIVE') {
    if (there.status === 'ACTIVE' && input.clientToken && there.clientToken === input.clientToken)
      return { service: showService(cell, there) };
    throw new AwsError(
      'InvalidParameterException',
      there.status === 'DRAINING'
        ? 'Unable to Start a service that is still Draining.'
        : 'Creation of service was not idempotent.',
    );
  }
  const definition = needDefinition(cell, input.taskDefinition);
  const settings = newSettings(cell, cluster, input);
  checkSettings(cell, cluster, settings, definition);
  const service: Service = {
    cluster,
    name,
    arn: arnOf(cell, `service/${cluster}/${name}`),
    status: 'ACTIVE',
    desired: input.desiredCount ?? (input.schedulingStrategy === 'DAEMON' ? 0 : 1),
    createdAt: now,
    createdBy: callerArn,
    clientToken: input.clientToken ?? null,
    settings,
    deployments: [],
    records: [],
    revisions: [],
    events: [],
    nextTick: null,
    stuck: false,
    steady: false,
    unplacedAt: null,
    tags: input.tags ?? [],
  };
  slice(cell).services[`${cluster}/${name}`] = service;
  beginDeployment(context, service, definition.arn);
  return { service: { ...showService(cell, service), tags: service.tags } };
}

/** Where another controller deploys, ECS takes no new task definition. */
function checkController({ settings }: Service, input: ServiceInput): void {
  const { type = 'ECS' } = (settings['deploymentController'] as { type?: string } | undefined) ?? {};
  if (type === 'ECS' || !input.taskDefinition) return;
  const instead = type === 'CODE_DEPLOY' ? ' Use AWS CodeDeploy to trigger a new deployment.' : '';
  throw new AwsError(
    'InvalidParameterException',
    `Unable to update task definition on services with a ${type} deployment controller.${instead}`,
  );
}

function update(input: ServiceInput, context: CallContext): object {
  const { cell, now } = context;
  const service = needService(context, input);
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  writes(context, service.arn, () => viewOf(cell, service));
  const before = primaryOf(service);
  const definition = input.taskDefinition ? needDefinition(cell, input.taskDefinition) : null;
  checkController(service, input);
  const taskDefinition = definition?.arn ?? before.taskDefinition;
  const settings = updatedSettings(service.settings, input);
  checkSettings(cell, service.cluster, settings, definition ?? findDefinition(cell, taskDefinition)!);
  const changed = taskDefinition !== before.taskDefinition || rollingText(settings) !== rollingText(service.settings);
  service.settings = settings;
  if (input.desiredCount !== undefined && input.desiredCount !== service.desired) {
    service.desired = input.desiredCount;
    service.steady = false;
  }
  service.stuck = false;
  if (changed || input.forceNewDeployment) beginDeployment(context, service, taskDefinition);
  else wake(cell, service, now + 1_000);
  return { service: showService(cell, service) };
}

/** Made once for each version of the cell. */
const viewOf = (cell: Cell, service: Service): object => shownOnce(cell, `ecs:${service.arn}`, () => showService(cell, service));

const listed = (all: readonly Service[], input: { maxResults?: number; nextToken?: string }): object => {
  const { items, token } = pageOf(all, input, 10);
  return { serviceArns: items.map((s) => s.arn), nextToken: token };
};

export const serviceOperations: Readonly<Record<string, Operation>> = {
  CreateService: create,
  UpdateService: update,
  DeleteService(input: ServiceInput & { force?: boolean }, context) {
    const service = needService(context, input);
    if (!input.force && service.desired > 0 && service.settings['schedulingStrategy'] !== 'DAEMON')
      throw new AwsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
    writes(context, service.arn, () => viewOf(context.cell, service));
    service.status = 'DRAINING';
    service.desired = 0;
    wake(context.cell, service, context.now + 1_000);
    return { service: showService(context.cell, service) };
  },
  DescribeServices(input: { cluster?: string; services: string[]; include?: string[] }, context) {
    const { cell } = context;
    atMost(input.services, 10, 'Services');
    const cluster = clusterOf(cell, input.cluster);
    const services: object[] = [];
    const failures: object[] = [];
    for (const name of input.services) {
      const service = findService(cell, cluster, name);
      if (!service || unseen(context, service.createdAt))
        failures.push({ arn: arnOf(cell, `service/${cluster}/${lastPart(name)}`), reason: 'MISSING' });
      else {
        const before = trailing(context, service.arn);
        const view = before ?? viewOf(cell, service);
        const tagged = (): object => ({ ...view, tags: service.tags });
        if (!input.include?.includes('TAGS')) services.push(view);
        else services.push(before ? tagged() : shownOnce(cell, `ecs:tagged:${service.arn}`, tagged));
      }
    }
    return { services, failures };
  },
  ListServices(
    input: { cluster?: string; maxResults?: number; nextToken?: string; launchType?: string; schedulingStrategy?: string },
    context,
  ) {
    const { cell } = context;
    const cluster = clusterOf(cell, input.cluster);
    const all = Object.values(slice(cell).services).filter(
      (s) =>
        s.cluster === cluster &&
        s.status !== 'INACTIVE' &&
        !unseen(context, s.createdAt) &&
        (!input.launchType || s.settings['launchType'] === input.launchType) &&
        (!input.schedulingStrategy || s.settings['schedulingStrategy'] === input.schedulingStrategy),
    );
    return listed(all, input);
  },
  ListServicesByNamespace(input: { namespace: string; maxResults?: number; nextToken?: string }, { cell }) {
    const named = lastPart(input.namespace);
    const all = Object.values(slice(cell).services).filter((s) => {
      const connect = s.settings['serviceConnectConfiguration'] as { enabled?: boolean; namespace?: string } | undefined;
      return s.status !== 'INACTIVE' && connect?.enabled === true && lastPart(connect.namespace ?? '') === named;
    });
    return listed(all, input);
  },
};
