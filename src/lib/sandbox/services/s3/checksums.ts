/** Checksums that a caller sends with a body: those that can be computed here are checked. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../service.js';

const members = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumCRC64NVME', 'ChecksumSHA1', 'ChecksumSHA256'] as const;
export type Checked = { ContentMD5?: string } & Partial<Record<(typeof members)[number], string>>;

function crc32Of(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

const computed: Readonly<Record<string, (body: Uint8Array) => string>> = {
  ChecksumCRC32: crc32Of,
  ChecksumSHA1: (body) => createHash('sha1').update(body).digest('base64'),
  ChecksumSHA256: (body) => createHash('sha256').update(body).digest('base64'),
};

/** The checksums given, as they are kept and answered; throws where a body came through damaged. */
export function checksumsOf(input: Checked, body: Uint8Array): Record<string, string> {
  if (input.ContentMD5 !== undefined) {
    if (Buffer.from(input.ContentMD5, 'base64').length !== 16)
      throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    if (createHash('md5').update(body).digest('base64') !== input.ContentMD5)
      throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const given = Object.fromEntries(members.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])));
  for (const [name, value] of Object.entries(given)) {
    const own = computed[name]?.(body);
    if (own !== undefined && own !== value)
      throw new AwsError(
        'BadDigest',
        `The ${name.slice('Checksum'.length)} you specified did not match the calculated checksum.`,
      );
  }
  return given;
}
