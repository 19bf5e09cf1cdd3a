/** Conditions and ranges of requests on objects. */
import { AwsError } from '../../service.js';
import type { Version } from './state.js';

interface Conditional {
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
}

const failed = (Condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, { Condition });

const names = (header: string, etag: string): boolean =>
  header.trim() === '*' ||
  header.split(',').some((one) => one.trim().replace(/^W\//, '').replaceAll('"', '') === etag.replaceAll('"', ''));

/** A second is what dates in headers tell apart. */
const second = (ms: number): number => Math.floor(ms / 1000);

/** For reading: refuses by the conditions that do not hold; 304 where nothing is new. */
export function checkRead(input: Conditional, { etag, modifiedAt }: Version): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = input;
  if (IfMatch !== undefined) {
    if (!names(IfMatch, etag)) throw failed('If-Match');
  } else if (IfUnmodifiedSince && second(modifiedAt) > second(IfUnmodifiedSince.getTime())) throw failed('If-Unmodified-Since');
  const known =
    IfNoneMatch !== undefined
      ? names(IfNoneMatch, etag)
      : IfModifiedSince && second(modifiedAt) <= second(IfModifiedSince.getTime());
  if (known) throw new AwsError('NotModified', 'Not Modified', 304, { headers: { etag } });
}

/** For writing: `If-None-Match: *` wants no object there, `If-Match` wants the one it names. */
export function checkWrite({ IfMatch, IfNoneMatch }: Conditional, Key: string, there: Version | undefined): void {
  const current = there?.deleteMarker ? undefined : there;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch.trim() !== '*')
      throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
        Header: 'If-None-Match',
      });
    if (current) throw failed('If-None-Match');
  }
  if (IfMatch === undefined) return;
  if (!current) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key });
  if (!names(IfMatch, current.etag)) throw failed('If-Match');
}

/** First and last byte of a range, or null where the whole is asked for; what is no range is ignored, as HTTP has it. */
export function rangeOf(header: string | undefined, size: number): { first: number; last: number } | null {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return null;
  const [, from = '', to = ''] = found;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  if (first >= size || (from === '' && Number(to) === 0))
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header,
      ActualObjectSize: size,
    });
  return { first, last };
}
