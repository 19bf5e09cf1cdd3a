/** awsJson 1.0 and 1.1: the operation in X-Amz-Target, JSON in and out. */
import { JsonCodec2 } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.js';
import { isStable, textOf } from './stable.js';
import type { Protocol, WireAnswer } from './wire.js';

/** Times are seconds unless the schema says otherwise. */
export const jsonCodec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false } as never);
/** restJson renames members by their jsonName trait. */
export const restJsonCodec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true } as never);

export async function readJson(codec: JsonCodec2, schema: unknown, body: Buffer): Promise<Record<string, unknown>> {
  try {
    const text = body.length === 0 ? Buffer.from('{}') : body;
    return (await codec.createDeserializer().read(NormalizedSchema.of(schema as never), text as never)) as Record<
      string,
      unknown
    >;
  } catch (error) {
    throw new AwsError('SerializationException', error instanceof Error ? error.message : 'cannot read the body');
  }
}

export function writeJson(codec: JsonCodec2, schema: unknown, value: object): string {
  const ns = NormalizedSchema.of(schema as never);
  const lists = Object.entries(value).filter(([, list]) => Array.isArray(list) && list.some(isStable)) as [string, object[]][];
  if (lists.length === 0) return serialize(codec, ns, value);
  const rest = serialize(codec, ns, { ...value, ...Object.fromEntries(lists.map(([name]) => [name, undefined])) });
  const made = lists.map(([name, items]) => {
    const item = ns.getMemberSchema(name).getValueSchema();
    const texts = items.map((one) => {
      const write = () => serialize(codec, item, one);
      return isStable(one) ? textOf(one, write) : write();
    });
    return `${JSON.stringify(name)}:[${texts.join(',')}]`;
  });
  return rest === '{}' ? `{${made.join(',')}}` : `${rest.slice(0, -1)},${made.join(',')}}`;
}

function serialize(codec: JsonCodec2, ns: NormalizedSchema, value: object): string {
  const serializer = codec.createSerializer();
  serializer.write(ns, value);
  const made = serializer.flush() as string | Uint8Array;
  return typeof made === 'string' ? made : new TextDecoder().decode(made);
}

export const jsonError = (error: AwsError, contentType: string): WireAnswer => ({
  status: error.status,
  headers: { 'content-type': contentType, 'x-amzn-errortype': error.code },
  body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message, ...error.extra }),
});

export function jsonProtocol(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    operationOf: ({ headers }) => headers['x-amz-target']?.split('.').at(-1) ?? null,
    codec: ([, , , , input, output]) => ({
      decode: ({ body }) => readJson(jsonCodec, input, body),
      encode: (value) => ({
        status: 200,
        headers: { 'content-type': contentType },
        body: writeJson(jsonCodec, output, value),
      }),
    }),
    encodeError: (error) => jsonError(error, contentType),
  };
}
