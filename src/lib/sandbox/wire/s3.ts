/** What S3 does in its own way: the bucket in the path or the host, operations told apart by a header, a few odd answers. */
import { escapeXml } from './xml.js';
import { restXmlProtocol } from './rest.js';
import { AwsError } from '../service.js';
import type { Protocol, WireRequest } from './wire.js';

/** The bucket that a request names, and the request as S3's model describes it: without the bucket. */
export function splitBucket(request: WireRequest): { bucket: string | null; request: WireRequest } {
  const host = (request.headers['host'] ?? '').replace(/:\d+$/, '');
  const inHost = /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)?\.)?(?:localhost|amazonaws\.com)$/.exec(host)?.[1];
  if (inHost && !/^s3([.-]|$)/.test(inHost)) return { bucket: inHost, request };
  const [, bucket, rest = '/'] = /^\/([^/]+)(\/.*)?$/s.exec(request.path) ?? [];
  return { bucket: bucket === undefined ? null : decodeURIComponent(bucket), request: { ...request, path: bucket ? rest : '/' } };
}

/** Operations on one path that only a header or a query of their own tells apart. */
function plainOperation({ method, path, query, headers }: WireRequest, bucket: string | null): string | null {
  if (bucket === null) return method === 'GET' ? 'ListBuckets' : null;
  if (path === '/')
    return { GET: 'ListObjects', HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method] ?? null;
  const upload = query.has('uploadId');
  switch (method) {
    case 'PUT':
      if (headers['x-amz-copy-source'] !== undefined) return upload ? 'UploadPartCopy' : 'CopyObject';
      return upload ? 'UploadPart' : 'PutObject';
    case 'GET':
      return upload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return upload ? 'CompleteMultipartUpload' : null;
  }
}

const plain = new Set(
  (
    'ListBuckets ListDirectoryBuckets ListObjects HeadBucket CreateBucket DeleteBucket UploadPartCopy CopyObject UploadPart PutObject ' +
    'ListParts GetObject HeadObject AbortMultipartUpload DeleteObject CompleteMultipartUpload'
  ).split(' '),
);

export function s3Protocol(namespace: string): Protocol {
  const base = restXmlProtocol(namespace);
  return {
    operationOf(whole, schemas) {
      const { bucket, request } = splitBucket(whole);
      const found = base.operationOf(request, schemas);
      return found !== null && plain.has(found) ? plainOperation(request, bucket) : found;
    },
    codec(schema) {
      const codec = base.codec(schema);
      const name = schema[2];
      return {
        async decode(whole) {
          const { bucket, request } = splitBucket(whole);
          const input = { ...(await codec.decode(request)) } as Record<string, unknown>;
          if (bucket !== null) input['Bucket'] = bucket;
          // How the body was sent is no property of the object.
          const encoding = String(input['ContentEncoding'] ?? '').replace(/(^|,\s*)aws-chunked(?=,|$)/, '');
          if (encoding === '') delete input['ContentEncoding'];
          else input['ContentEncoding'] = encoding.replace(/^,\s*/, '');
          return input;
        },
        encode(output, requestId) {
          const answer = codec.encode(output, requestId);
          if (name === 'GetObject' && 'ContentRange' in output) return { ...answer, status: 206 };
          if (name !== 'GetBucketLocation') return answer;
          const { LocationConstraint = '' } = output as { LocationConstraint?: string };
          const text = escapeXml(LocationConstraint);
          return {
            ...answer,
            body: `<?xml version="1.0" encoding="UTF-8"?><LocationConstraint xmlns="${namespace}">${text}</LocationConstraint>`,
          };
        },
      };
    },
    encodeError(error, requestId) {
      const { headers, ...extra } = error.extra as { headers?: Record<string, string> };
      const answer = base.encodeError(new AwsError(error.code, error.message, error.status, extra), requestId);
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
  };
}
