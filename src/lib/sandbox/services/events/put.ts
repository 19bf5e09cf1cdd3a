/** PutEvents: each entry by itself is taken or refused; the call fails only as a whole. */
import type { CallContext } from '../../service.js';
import { busName, findBus, invalid, keep, slice } from './state.js';

interface Entry {
  Time?: Date;
  Source?: string;
  Resources?: string[];
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
}
type Result = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

/** All entries of a call together, bytes, counted as AWS says it counts. */
const MOST_BYTES = 256 * 1024;

const bytes = (text: string | undefined): number => Buffer.byteLength(text ?? '');
export const sizeOf = (e: Entry): number =>
  (e.Time ? 14 : 0) +
  bytes(e.Source) +
  bytes(e.DetailType) +
  bytes(e.Detail) +
  (e.Resources ?? []).reduce((n, r) => n + bytes(r), 0);

export function putEvents({ Entries }: { Entries: Entry[] }, context: CallContext): object {
  if (Entries.reduce((sum, one) => sum + sizeOf(one), 0) > MOST_BYTES)
    throw invalid('Total size of the entries in the request is over the limit.');
  const results = Entries.map((one): Result => refusalOf(one) ?? { EventId: accept(one, context) });
  return { FailedEntryCount: results.filter((r) => 'ErrorCode' in r).length, Entries: results };
}

function refusalOf(one: Entry): Result | null {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!one[name])
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
  if (one.DetailType!.length > 128)
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is too long.' };
  if (/^aws\./i.test(one.Source!))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  return detailOf(one.Detail!) === null ? { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' } : null;
}

/** A detail is an object. */
function detailOf(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** As on AWS, what is sent to a bus that is not there gets an id and is seen by nobody. */
function accept(one: Entry, context: CallContext): string {
  const hex = context.id(32);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  if (findBus(context, one.EventBusName))
    keep(slice(context.cell), {
      id,
      bus: busName(one.EventBusName),
      source: one.Source!,
      detailType: one.DetailType!,
      detail: detailOf(one.Detail!),
      resources: one.Resources ?? [],
      time: one.Time?.getTime() ?? context.now,
    });
  return id;
}
