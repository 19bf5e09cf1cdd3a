/** Service deployments and service revisions: list, describe, stop, continue. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { unseen } from '../../trailing.js';
import { pageOf } from './paging.js';
import { wake } from './agenda.js';
import { needService } from './services.js';
import { atMost, own, slice, type DeploymentRecord, type Service } from './state.js';
import { showRecord, showRecordBriefly, showRevision } from './record-views.js';

/** The service that an ARN of one of its service deployments or revisions names. */
function ownerOf(cell: Cell, arn: string): Service | undefined {
  const [, cluster, name] = arn.split('/');
  return cluster && name ? own(slice(cell).services, `${cluster}/${name}`) : undefined;
}

function needRecord(cell: Cell, arn: string): { service: Service; record: DeploymentRecord } {
  const service = ownerOf(cell, arn);
  const record = service?.records.find((r) => r.arn === arn);
  if (!service || !record) throw new AwsError('ServiceDeploymentNotFoundException', 'Service deployment not found.');
  return { service, record };
}

/** Those that are there, and failures of those that are not. */
function find<T>(arns: readonly string[], show: (arn: string) => T | undefined): { found: T[]; failures: object[] } {
  const all = arns.map((arn) => ({ arn, shown: show(arn) }));
  return {
    found: all.flatMap(({ shown }) => (shown === undefined ? [] : [shown])),
    failures: all.filter(({ shown }) => shown === undefined).map(({ arn }) => ({ arn, reason: 'MISSING' })),
  };
}

interface Listing {
  cluster?: string;
  service: string;
  status?: string[];
  createdAt?: { before?: Date; after?: Date };
  maxResults?: number;
  nextToken?: string;
}

export const deploymentOperations: Readonly<Record<string, Operation>> = {
  ListServiceDeployments(input: Listing, context) {
    const service = needService(context, input);
    const { before, after } = input.createdAt ?? {};
    const all = service.records.filter(
      (r) =>
        !unseen(context, r.createdAt) &&
        (!input.status?.length || input.status.includes(r.status)) &&
        (!before || r.createdAt < before.getTime()) &&
        (!after || r.createdAt > after.getTime()),
    );
    const { items, token } = pageOf(all, input, 20);
    return { serviceDeployments: items.map((r) => showRecordBriefly(context.cell, service, r)), nextToken: token };
  },
  DescribeServiceDeployments(input: { serviceDeploymentArns: string[] }, context) {
    const { cell } = context;
    atMost(input.serviceDeploymentArns, 20, 'Service deployment ARNs');
    const { found, failures } = find(input.serviceDeploymentArns, (arn) => {
      const service = ownerOf(cell, arn);
      const record = service?.records.find((r) => r.arn === arn);
      return service && record && !unseen(context, record.createdAt) ? showRecord(cell, service, record) : undefined;
    });
    return { serviceDeployments: found, failures };
  },
  DescribeServiceRevisions(input: { serviceRevisionArns: string[] }, { cell }) {
    atMost(input.serviceRevisionArns, 20, 'Service revision ARNs');
    const { found, failures } = find(input.serviceRevisionArns, (arn) => {
      const service = ownerOf(cell, arn);
      const revision = service?.revisions.find((r) => r.arn === arn);
      return service && revision ? showRevision(cell, service, revision) : undefined;
    });
    return { serviceRevisions: found, failures };
  },
  StopServiceDeployment(input: { serviceDeploymentArn: string; stopType?: string }, { cell, now }) {
    const { service, record } = needRecord(cell, input.serviceDeploymentArn);
    if (input.stopType === 'ABORT')
      throw new AwsError('InvalidParameterException', 'The stop type ABORT is not supported. Specify ROLLBACK and try again.');
    if (record.finishedAt !== null)
      throw new AwsError(
        'ConflictException',
        `The service deployment is in the ${record.status} state and can't be stopped.`,
        400,
        { resourceIds: [record.arn] },
      );
    if (record.status === 'PENDING' || record.status === 'IN_PROGRESS') {
      record.status = 'ROLLBACK_REQUESTED';
      record.updatedAt = now;
      wake(cell, service, now + 1_000);
    }
    return { serviceDeploymentArn: record.arn };
  },
  ContinueServiceDeployment(
    input: { serviceDeploymentArn: string; hookId: string; action?: 'CONTINUE' | 'ROLLBACK' },
    { cell, now },
  ) {
    const { service, record } = needRecord(cell, input.serviceDeploymentArn);
    const hook = record.hooks.find((h) => h.id === input.hookId);
    if (!hook) throw new AwsError('InvalidParameterException', `The lifecycle hook ${input.hookId} was not found.`);
    if (record.finishedAt !== null || hook.status !== 'AWAITING_ACTION')
      throw new AwsError('InvalidParameterException', `The lifecycle hook ${input.hookId} is not awaiting action.`);
    hook.status = input.action === 'ROLLBACK' ? 'FAILED' : 'SUCCEEDED';
    record.updatedAt = now;
    wake(cell, service, now + 1_000);
    return { serviceDeploymentArn: record.arn };
  },
};
