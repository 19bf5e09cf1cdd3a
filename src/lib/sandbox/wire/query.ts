/** awsQuery, and EC2's own form of it: a form in, XML out. */
import { NormalizedSchema } from '@smithy/core/schema';
import { parseQuery } from './query-input.js';
import { escapeXml, writeXmlMembers } from './xml.js';
import type { Protocol, WireRequest } from './wire.js';

const formOf = ({ body, query }: WireRequest): URLSearchParams =>
  body.length > 0 ? new URLSearchParams(body.toString('utf8')) : query;

const XML = { 'content-type': 'text/xml' };

export const queryProtocol = (namespace: string): Protocol => ({
  operationOf: (request) => formOf(request).get('Action'),
  codec: ([, , name, , input, output]) => ({
    decode: async (request) => parseQuery(NormalizedSchema.of(input as never), formOf(request), { ec2: false }),
    encode(value, requestId) {
      // An output without members is wrapped as well; only an operation that has none at all answers without.
      const silent = NormalizedSchema.of(output as never).isUnitSchema();
      const result = silent ? '' : `<${name}Result>${writeXmlMembers(output, value)}</${name}Result>`;
      const body = `<${name}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
      return { status: 200, headers: XML, body };
    },
  }),
  encodeError: (error, requestId) => ({
    status: error.status,
    headers: XML,
    body: `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  }),
});

export const ec2Protocol = (namespace: string): Protocol => ({
  operationOf: (request) => formOf(request).get('Action'),
  codec: ([, , name, , input, output]) => ({
    decode: async (request) => parseQuery(NormalizedSchema.of(input as never), formOf(request), { ec2: true }),
    encode: (value, requestId) => ({
      status: 200,
      headers: XML,
      body: `<${name}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${writeXmlMembers(output, value)}</${name}Response>`,
    }),
  }),
  encodeError: (error, requestId) => ({
    status: error.status,
    headers: XML,
    body: `<Response><Errors><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
  }),
});
