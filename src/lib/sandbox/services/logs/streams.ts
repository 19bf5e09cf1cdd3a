/** Log streams: made, shown, deleted. */
import type { CallContext, Operation } from '../../service.js';
import { page } from '../page.js';
import { entry, sorted } from '../records.js';
import { arnOf, badToken, exists, groupOf, invalid, needGroup, needStream, type Stream } from './state.js';

interface DescribeInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamNamePrefix?: string;
  orderBy?: 'LogStreamName' | 'LastEventTime';
  descending?: boolean;
  limit?: number;
  nextToken?: string;
}

const lastAt = ({ lines, createdAt }: Stream): number => lines.at(-1)?.at ?? createdAt;

function describe(input: DescribeInput, { cell }: CallContext): object {
  const { name: groupName, group } = groupOf(cell, input);
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined)
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const found = sorted(group.streams).filter(([name]) => name.startsWith(input.logStreamNamePrefix ?? ''));
  if (byTime) found.sort(([, a], [, b]) => lastAt(a) - lastAt(b));
  if (input.descending) found.reverse();
  const { items, token } = page(found, input.nextToken, input.limit ?? 50, badToken);
  return {
    logStreams: items.map(([name, stream]) => ({
      logStreamName: name,
      creationTime: stream.createdAt,
      ...(stream.lines.length
        ? {
            firstEventTimestamp: stream.lines[0]!.at,
            lastEventTimestamp: stream.lines.at(-1)!.at,
            lastIngestionTime: stream.lines.reduce((latest, line) => Math.max(latest, line.ingestedAt), 0),
            uploadSequenceToken: String(stream.lines.length),
          }
        : {}),
      arn: `${arnOf(cell, groupName)}:log-stream:${name}`,
      storedBytes: 0,
    })),
    nextToken: token,
  };
}

export const streamOperations: Readonly<Record<string, Operation>> = {
  CreateLogStream(input: { logGroupName: string; logStreamName: string }, { cell, now }) {
    const { streams } = needGroup(cell, input.logGroupName).group;
    if (entry(streams, input.logStreamName)) throw exists('stream');
    streams[input.logStreamName] = { createdAt: now, lines: [] };
    return {};
  },
  DeleteLogStream(input: { logGroupName: string; logStreamName: string }, { cell }) {
    const { group } = needGroup(cell, input.logGroupName);
    needStream(group, input.logStreamName);
    delete group.streams[input.logStreamName];
    return {};
  },
  DescribeLogStreams: describe,
};
