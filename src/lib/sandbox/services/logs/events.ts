/** Log events: written, read by stream, searched by group. */
import type { CallContext, Cell, Operation } from '../../service.js';
import { recordMetric } from '../monitoring/metrics.js';
import { page } from '../page.js';
import { entry, sorted } from '../records.js';
import { matcher } from './patterns.js';
import { badToken, groupOf, invalid, needGroup, needStream, slice, type Group, type Line, type Stream } from './state.js';

const DAY_MS = 86_400_000;
/** What AWS takes: at most two weeks old, at most two hours early. */
const OLDEST_MS = 14 * DAY_MS;
const EARLIEST_MS = 2 * 3_600_000;
/** Lines that a stream keeps in the sandbox, oldest dropped first. */
const MAX_LINES = 10_000;
const MAX_EVENTS = 10_000;

function append(
  cell: Cell,
  group: Group,
  stream: Stream,
  events: readonly { timestamp: number; message: string }[],
  now: number,
): void {
  for (const { timestamp, message } of events) {
    const id = String(now).padStart(20, '3') + String(group.written++).padStart(36, '0');
    const later = stream.lines.findLastIndex(({ at }) => at <= timestamp) + 1;
    stream.lines.splice(later, 0, { id, at: timestamp, ingestedAt: now, message });
    count(cell, group, message, timestamp, now);
  }
  if (stream.lines.length > MAX_LINES) stream.lines.splice(0, stream.lines.length - MAX_LINES);
}

/** Metric filters: each line that fits adds to a metric. */
function count(cell: Cell, group: Group, message: string, at: number, now: number): void {
  for (const { pattern, transformations } of Object.values(group.filters)) {
    if (!matcher(pattern)(message)) continue;
    for (const { metricName, metricNamespace, metricValue, unit } of transformations)
      recordMetric(
        cell,
        metricNamespace,
        { MetricName: metricName, Value: Number(metricValue), Timestamp: new Date(at), ...(unit ? { Unit: unit } : {}) },
        now,
      );
  }
}

/** What a container writes: lost where there is no such group, as on AWS. */
export function appendLog(cell: Cell, groupName: string, streamName: string, messages: readonly string[], now: number): void {
  const group = entry(slice(cell).groups, groupName);
  if (!group) return;
  const stream = entry(group.streams, streamName) ?? (group.streams[streamName] = { createdAt: now, lines: [] });
  append(cell, group, stream, messages.map((message) => ({ timestamp: now, message })), now); // prettier-ignore
}

interface PutInput {
  logGroupName: string;
  logStreamName: string;
  logEvents: { timestamp: number; message: string }[];
}

function put({ logGroupName, logStreamName, logEvents }: PutInput, { cell, now }: CallContext): object {
  const { group } = needGroup(cell, logGroupName);
  const stream = needStream(group, logStreamName);
  if (logEvents.some(({ timestamp }, index) => index > 0 && timestamp < logEvents[index - 1]!.timestamp))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  const times = logEvents.map(({ timestamp }) => timestamp);
  if (times.at(-1)! - times[0]! > DAY_MS)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  const expired = group.retention === null ? 0 : now - group.retention * DAY_MS;
  const tooOld = times.filter((at) => at < now - OLDEST_MS).length;
  const gone = times.filter((at) => at < expired).length;
  const early = times.findIndex((at) => at > now + EARLIEST_MS);
  append(
    cell,
    group,
    stream,
    logEvents.filter(({ timestamp: at }) => at >= now - OLDEST_MS && at >= expired && at <= now + EARLIEST_MS),
    now,
  );
  const rejected = {
    ...(early < 0 ? {} : { tooNewLogEventStartIndex: early }),
    ...(tooOld ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(gone ? { expiredLogEventEndIndex: gone } : {}),
  };
  return {
    nextSequenceToken: String(group.written).padStart(56, '4'),
    ...(Object.keys(rejected).length ? { rejectedLogEventsInfo: rejected } : {}),
  };
}

/** Lines that are not older than the group keeps them. */
const kept = (group: Group, lines: readonly Line[], now: number): Line[] =>
  group.retention === null ? [...lines] : lines.filter(({ at }) => at >= now - group.retention! * DAY_MS);

interface GetInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamName: string;
  startTime?: number;
  endTime?: number;
  nextToken?: string;
  limit?: number;
  startFromHead?: boolean;
}

/** Tokens are places between lines: `f/<id>` goes on after a line, `b/<id>` before it. At an end the same token comes back. */
function get(input: GetInput, { cell, now }: CallContext): object {
  const { group } = groupOf(cell, input);
  const stream = needStream(group, input.logStreamName);
  const lines = kept(group, stream.lines, now).filter(
    ({ at }) => at >= (input.startTime ?? 0) && at < (input.endTime ?? Infinity),
  );
  const limit = input.limit ?? MAX_EVENTS;
  const [from, to] = windowOf(lines, input, limit);
  const items = lines.slice(from, to);
  const before = (index: number): string => lines[index]?.id ?? 'end';
  return {
    events: items.map(({ at, message, ingestedAt }) => ({ timestamp: at, message, ingestionTime: ingestedAt })),
    nextForwardToken: `f/${before(to)}/${to}`,
    nextBackwardToken: `b/${before(from)}/${from}`,
  };
}

function windowOf(lines: readonly Line[], { nextToken, startFromHead }: GetInput, limit: number): [number, number] {
  if (nextToken === undefined)
    return startFromHead ? [0, Math.min(limit, lines.length)] : [Math.max(0, lines.length - limit), lines.length];
  const [, way, id, index] = /^([fb])\/(\w+)\/(\d+)$/.exec(nextToken) ?? [];
  if (!way) throw badToken();
  const found = lines.findIndex((line) => line.id === id);
  const at = found >= 0 ? found : Math.min(Number(index), lines.length);
  return way === 'f' ? [at, Math.min(at + limit, lines.length)] : [Math.max(0, at - limit), at];
}

interface FilterInput {
  logGroupName?: string;
  logGroupIdentifier?: string;
  logStreamNames?: string[];
  logStreamNamePrefix?: string;
  startTime?: number;
  endTime?: number;
  filterPattern?: string;
  limit?: number;
  nextToken?: string;
}

function filter(input: FilterInput, { cell, now }: CallContext): object {
  const { group } = groupOf(cell, input);
  const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
  if (names && prefix !== undefined) throw invalid('Only one of logStreamNames and logStreamNamePrefix can be given.');
  names?.forEach((name) => needStream(group, name));
  const fits = matcher(input.filterPattern);
  const found = sorted(group.streams)
    .filter(([name]) => (!names || names.includes(name)) && name.startsWith(prefix ?? ''))
    .flatMap(([logStreamName, { lines }]) => kept(group, lines, now).map((line) => ({ logStreamName, line })))
    .filter(({ line }) => line.at >= (input.startTime ?? 0) && line.at <= (input.endTime ?? Infinity) && fits(line.message))
    .sort((a, b) => a.line.at - b.line.at || (a.line.id < b.line.id ? -1 : 1));
  const { items, token } = page(found, input.nextToken, input.limit ?? MAX_EVENTS, badToken);
  return {
    events: items.map(({ logStreamName, line }) => ({
      logStreamName,
      timestamp: line.at,
      message: line.message,
      ingestionTime: line.ingestedAt,
      eventId: line.id,
    })),
    searchedLogStreams: [],
    nextToken: token,
  };
}

export const eventOperations: Readonly<Record<string, Operation>> = {
  PutLogEvents: put,
  GetLogEvents: get,
  FilterLogEvents: filter,
};
