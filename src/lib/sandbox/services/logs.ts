/** CloudWatch Logs: groups, streams, and what failing containers wrote. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { page } from './page.js';

interface Line {
  at: number;
  message: string;
}
interface Group {
  createdAt: number;
  retention: number | null;
  streams: Record<string, { createdAt: number; lines: Line[] }>;
  tags: Record<string, string>;
}
const slice = (cell: Cell): { groups: Record<string, Group> } => cell.slice('logs', () => ({ groups: {} }));
const arn = ({ account, region }: Cell, name: string) => `arn:aws:logs:${region}:${account}:log-group:${name}`;

function need(cell: Cell, name: string): Group {
  const found = slice(cell).groups[name];
  if (!found) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return found;
}

/** What a container writes: lost where there is no such group, as on AWS. */
export function appendLog(cell: Cell, group: string, stream: string, messages: readonly string[], now: number): void {
  const found = slice(cell).groups[group];
  if (!found) return;
  const { lines } = (found.streams[stream] ??= { createdAt: now, lines: [] });
  for (const message of messages) lines.push({ at: now, message });
}

interface GetInput {
  logGroupName: string;
  logStreamName: string;
  limit?: number;
  startFromHead?: boolean;
}

export const logs: SandboxService = {
  name: 'logs',
  operations: {
    CreateLogGroup(input: { logGroupName: string; tags?: Record<string, string> }, { cell, now }: CallContext) {
      const { groups } = slice(cell);
      if (groups[input.logGroupName])
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      groups[input.logGroupName] = { createdAt: now, retention: null, streams: {}, tags: input.tags ?? {} };
      return {};
    },
    DeleteLogGroup(input: { logGroupName: string }, { cell }) {
      need(cell, input.logGroupName);
      delete slice(cell).groups[input.logGroupName];
      return {};
    },
    PutRetentionPolicy(input: { logGroupName: string; retentionInDays: number }, { cell }) {
      need(cell, input.logGroupName).retention = input.retentionInDays;
      return {};
    },
    DeleteRetentionPolicy(input: { logGroupName: string }, { cell }) {
      need(cell, input.logGroupName).retention = null;
      return {};
    },
    DescribeLogGroups(input: { logGroupNamePrefix?: string; limit?: number; nextToken?: string }, { cell }) {
      const names = Object.keys(slice(cell).groups)
        .filter((name) => name.startsWith(input.logGroupNamePrefix ?? ''))
        .sort();
      const { items, token } = page(names, input.nextToken, input.limit ?? 50);
      return {
        logGroups: items.map((name) => {
          const group = need(cell, name);
          return {
            logGroupName: name,
            creationTime: group.createdAt,
            ...(group.retention === null ? {} : { retentionInDays: group.retention }),
            metricFilterCount: 0,
            arn: `${arn(cell, name)}:*`,
            storedBytes: 0,
            logGroupArn: arn(cell, name),
          };
        }),
        nextToken: token,
      };
    },
    CreateLogStream(input: { logGroupName: string; logStreamName: string }, { cell, now }) {
      const { streams } = need(cell, input.logGroupName);
      if (streams[input.logStreamName])
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
      streams[input.logStreamName] = { createdAt: now, lines: [] };
      return {};
    },
    DescribeLogStreams(
      input: { logGroupName: string; logStreamNamePrefix?: string; limit?: number; nextToken?: string },
      { cell },
    ) {
      const found = Object.entries(need(cell, input.logGroupName).streams)
        .filter(([name]) => name.startsWith(input.logStreamNamePrefix ?? ''))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const { items, token } = page(found, input.nextToken, input.limit ?? 50);
      return {
        logStreams: items.map(([name, stream]) => ({
          logStreamName: name,
          creationTime: stream.createdAt,
          lastEventTimestamp: stream.lines.at(-1)?.at,
          arn: `${arn(cell, input.logGroupName)}:log-stream:${name}`,
        })),
        nextToken: token,
      };
    },
    PutLogEvents(
      input: { logGroupName: string; logStreamName: string; logEvents: { timestamp: number; message: string }[] },
      { cell },
    ) {
      const stream = need(cell, input.logGroupName).streams[input.logStreamName];
      if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
      for (const { timestamp, message } of input.logEvents) stream.lines.push({ at: timestamp, message });
      return { nextSequenceToken: String(stream.lines.length) };
    },
    GetLogEvents(input: GetInput, { cell }) {
      const stream = need(cell, input.logGroupName).streams[input.logStreamName];
      if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
      const limit = input.limit ?? 10_000;
      const lines = input.startFromHead ? stream.lines.slice(0, limit) : stream.lines.slice(-limit);
      return {
        events: lines.map((line) => ({ timestamp: line.at, message: line.message, ingestionTime: line.at })),
        nextForwardToken: `f/${stream.lines.length}`,
        nextBackwardToken: `b/${stream.lines.length}`,
      };
    },
    FilterLogEvents(input: { logGroupName: string; filterPattern?: string; limit?: number }, { cell }) {
      const wanted = (input.filterPattern ?? '').replaceAll('"', '');
      const events = Object.entries(need(cell, input.logGroupName).streams)
        .flatMap(([name, stream]) =>
          stream.lines.map((line) => ({ logStreamName: name, timestamp: line.at, message: line.message })),
        )
        .filter((event) => event.message.includes(wanted))
        .sort((a, b) => a.timestamp - b.timestamp);
      return { events: events.slice(0, input.limit ?? 10_000) };
    },
  },
};
