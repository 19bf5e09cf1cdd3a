/** restJson and restXml: operations by method and path, members in labels, queries, headers and the body. */
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.js';
import { jsonError, readJson, restJsonCodec, writeJson } from './json.js';
import { escapeXml, readXml, writeXml } from './xml.js';
import type { Codec, OperationSchema, Protocol, WireRequest } from './wire.js';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  /** Queries that tell operations on one path apart, e.g. `versioning`. */
  readonly literals: readonly (readonly [string, string])[];
}

/** Routes of a service, the most particular first. */
export function routesOf(schemas: Readonly<Record<string, unknown>>): Route[] {
  const routes = Object.values(schemas).flatMap((value): Route[] => {
    if (!Array.isArray(value) || value[0] !== 9) return [];
    const [, , name, traits] = value as unknown as OperationSchema;
    const http = typeof traits === 'object' ? traits.http : undefined;
    if (!http) return [];
    const [method, uri] = http;
    const [path = '/', query = ''] = uri.split('?');
    const labels: string[] = [];
    const pattern = path
      .replace(/[.+*]/g, (c) => (c === '+' ? c : `\\${c}`))
      .replace(/\{(\w+)(\+?)\}/g, (_w, label: string, greedy) => {
        labels.push(label);
        return greedy ? '(.+)' : '([^/]+)';
      });
    const literals = [...new URLSearchParams(query)].filter(([key]) => key !== 'x-id');
    return [{ name, method, path: new RegExp(`^${pattern}$`), labels, literals }];
  });
  return routes.sort((a, b) => b.literals.length - a.literals.length || a.labels.length - b.labels.length);
}

const matches = (route: Route, { method, path, query }: WireRequest): boolean =>
  route.method === method &&
  route.path.test(path) &&
  route.literals.every(([key, value]) => query.has(key) && (value === '' || query.get(key) === value));

const known = new WeakMap<object, Route[]>();
function routeOf(request: WireRequest, schemas: Readonly<Record<string, unknown>>): Route | null {
  const routes = known.get(schemas) ?? routesOf(schemas);
  known.set(schemas, routes);
  return routes.find((route) => matches(route, request)) ?? null;
}

const textOf = (ns: NormalizedSchema, text: string): unknown => {
  if (ns.isBooleanSchema()) return text === 'true';
  if (ns.isNumericSchema()) return Number(text);
  if (ns.isTimestampSchema()) return new Date(text);
  return text;
};

const headerOf = (ns: NormalizedSchema, value: unknown): string => {
  if (value instanceof Date)
    return ns.getMergedTraits().timestampFormat === 'date-time' || ns.getSchema() === 5
      ? value.toISOString()
      : value.toUTCString();
  return Array.isArray(value) ? value.join(',') : String(value);
};

interface Bindings {
  /** The body's members, decoded. */
  body(schema: unknown, request: WireRequest): Promise<Record<string, unknown>>;
  writeBody(schema: unknown, value: object): string;
  writePayload(schema: unknown, value: unknown): string;
  readonly contentType: string;
}

function restCodec(schema: OperationSchema, { body, writeBody, writePayload, contentType }: Bindings): Codec {
  const [, , , traits, inputSchema, outputSchema] = schema;
  const http = typeof traits === 'object' ? traits.http : undefined;
  const { path, labels } = routesOf({ only: schema })[0]!;
  return {
    async decode(request) {
      const input: Record<string, unknown> = {};
      const ns = NormalizedSchema.of(inputSchema as never);
      if (!ns.isStructSchema()) return input;
      const found = path.exec(request.path);
      let bodyMembers = false;
      let payload: [string, NormalizedSchema] | null = null;
      for (const [name, member] of ns.structIterator()) {
        const t = member.getMergedTraits() as Record<string, string | number | undefined>;
        if (t['httpLabel']) input[name] = textOf(member, decodeURIComponent(found?.[labels.indexOf(name) + 1] ?? ''));
        else if (t['httpQuery'] !== undefined) {
          const values = request.query.getAll(String(t['httpQuery']));
          if (values.length > 0) input[name] = member.isListSchema() ? values : textOf(member, values[0]!);
        } else if (t['httpHeader'] !== undefined) {
          const value = request.headers[String(t['httpHeader']).toLowerCase()];
          if (value !== undefined)
            input[name] = member.isListSchema() ? value.split(',').map((item) => item.trim()) : textOf(member, value);
        } else if (t['httpPrefixHeaders'] !== undefined) {
          const prefix = String(t['httpPrefixHeaders']).toLowerCase();
          const held = Object.entries(request.headers).filter(([key]) => key.startsWith(prefix));
          input[name] = Object.fromEntries(held.map(([key, value]) => [key.slice(prefix.length), value]));
        } else if (t['httpPayload']) payload = [name, member];
        else bodyMembers = true;
      }
      if (payload) {
        const [name, member] = payload;
        if (member.isBlobSchema()) input[name] = request.body;
        else if (member.isStringSchema()) input[name] = request.body.toString('utf8');
        else if (request.body.length > 0) input[name] = await body(member, request);
      } else if (bodyMembers) Object.assign(input, await body(inputSchema, request));
      return input;
    },
    encode(output) {
      const headers: Record<string, string> = { 'content-type': contentType };
      let status = http?.[2] ?? 200;
      let made: string | Uint8Array | null = null;
      const ns = NormalizedSchema.of(outputSchema as never);
      const rest: Record<string, unknown> = {};
      let members = false;
      if (ns.isStructSchema())
        for (const [name, member] of ns.structIterator()) {
          const value = (output as Record<string, unknown>)[name];
          const t = member.getMergedTraits() as Record<string, string | number | undefined>;
          const bound =
            t['httpHeader'] !== undefined || t['httpPrefixHeaders'] !== undefined || t['httpResponseCode'] || t['httpPayload'];
          if (!bound) members = true;
          if (value === undefined || value === null) continue;
          if (t['httpHeader'] !== undefined) headers[String(t['httpHeader']).toLowerCase()] = headerOf(member, value);
          else if (t['httpPrefixHeaders'] !== undefined)
            for (const [key, item] of Object.entries(value as object))
              headers[`${String(t['httpPrefixHeaders'])}${key}`] = String(item);
          else if (t['httpResponseCode']) status = Number(value);
          else if (t['httpPayload'])
            made =
              member.isBlobSchema() || member.isStringSchema() ? (value as string | Uint8Array) : writePayload(member, value);
          else rest[name] = value;
        }
      return { status, headers, body: made ?? (members ? writeBody(outputSchema, rest) : '') };
    },
  };
}

export const restJsonProtocol: Protocol = {
  operationOf: (request, schemas) => routeOf(request, schemas)?.name ?? null,
  codec: (schema) =>
    restCodec(schema, {
      body: (ns, { body }) => readJson(restJsonCodec, ns, body),
      writeBody: (ns, value) => writeJson(restJsonCodec, ns, value),
      writePayload: (ns, value) => writeJson(restJsonCodec, ns, value as object),
      contentType: 'application/json',
    }),
  encodeError: (error) => jsonError(error, 'application/json'),
};

export const restXmlProtocol = (namespace: string): Protocol => ({
  operationOf: (request, schemas) => routeOf(request, schemas)?.name ?? null,
  codec: (schema) =>
    restCodec(schema, {
      body: async (ns, { body }) => (body.length === 0 ? {} : readXml(ns, body.toString('utf8'))),
      writeBody: (ns, value) => named(writeXml(ns, value), namespace),
      writePayload: (ns, value) => named(writeXml(ns, value), namespace),
      contentType: 'application/xml',
    }),
  encodeError: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${Object.entries(
      error.extra,
    )
      .map(([key, value]) => `<${key}>${escapeXml(String(value))}</${key}>`)
      .join('')}<RequestId>${requestId}</RequestId></Error>`,
  }),
});

/** The SDK's serializer leaves the namespace of the root to the caller. */
function named(xml: string, namespace: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${/^<[^>]*xmlns=/.test(xml) ? xml : xml.replace(/^<([\w:]+)/, `<$1 xmlns="${namespace}"`)}`;
}

/** `aws-chunked` bodies: sizes in hexadecimal with signatures, then the data; trailers are dropped. */
export function unchunk(request: WireRequest): WireRequest {
  const { headers, body } = request;
  if (!/aws-chunked/.test(headers['content-encoding'] ?? '') && !headers['x-amz-content-sha256']?.startsWith('STREAMING-'))
    return request;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    if (end < 0) break;
    const size = parseInt(body.subarray(at, end).toString('latin1'), 16);
    if (Number.isNaN(size)) throw new AwsError('IncompleteBody', 'The request body is not in aws-chunked form.');
    if (size === 0) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return { ...request, body: Buffer.concat(parts) };
}
