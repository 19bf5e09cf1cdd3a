/** Metric filters: metrics out of log lines. */
import { AwsError, type Operation } from '../../service.js';
import { page } from '../page.js';
import { entry, sorted } from '../records.js';
import { matcher } from './patterns.js';
import { badToken, invalid, needGroup, slice, type MetricFilter } from './state.js';

interface PutInput {
  logGroupName: string;
  filterName: string;
  filterPattern: string;
  metricTransformations: MetricFilter['transformations'];
}
interface DescribeInput {
  logGroupName?: string;
  filterNamePrefix?: string;
  metricName?: string;
  metricNamespace?: string;
  limit?: number;
  nextToken?: string;
}

export const metricFilterOperations: Readonly<Record<string, Operation>> = {
  PutMetricFilter(input: PutInput, { cell, now }) {
    const { group } = needGroup(cell, input.logGroupName);
    matcher(input.filterPattern);
    const wrong = input.metricTransformations.find(({ metricValue }) => !Number.isFinite(Number(metricValue)));
    if (wrong) throw invalid(`Invalid metric transformation: the metric value ${wrong.metricValue} is no number.`);
    group.filters[input.filterName] = {
      pattern: input.filterPattern,
      createdAt: entry(group.filters, input.filterName)?.createdAt ?? now,
      transformations: input.metricTransformations.map((transformation) => ({ ...transformation })),
    };
    return {};
  },
  DescribeMetricFilters(input: DescribeInput, { cell }) {
    const groups = input.logGroupName === undefined ? sorted(slice(cell).groups) : [one(needGroup(cell, input.logGroupName))];
    const found = groups.flatMap(([logGroupName, group]) =>
      sorted(group.filters)
        .filter(
          ([name, { transformations }]) =>
            name.startsWith(input.filterNamePrefix ?? '') &&
            (input.metricName === undefined ||
              transformations.some((t) => t.metricName === input.metricName && t.metricNamespace === input.metricNamespace)),
        )
        .map(([filterName, filter]) => ({
          filterName,
          filterPattern: filter.pattern,
          metricTransformations: filter.transformations,
          creationTime: filter.createdAt,
          logGroupName,
        })),
    );
    const { items, token } = page(found, input.nextToken, input.limit ?? 50, badToken);
    return { metricFilters: items, nextToken: token };
  },
  DeleteMetricFilter(input: { logGroupName: string; filterName: string }, { cell }) {
    const { group } = needGroup(cell, input.logGroupName);
    if (!entry(group.filters, input.filterName))
      throw new AwsError('ResourceNotFoundException', 'The specified metric filter does not exist.');
    delete group.filters[input.filterName];
    return {};
  },
};

const one = <T>({ name, group }: { name: string; group: T }): [string, T] => [name, group];
