/** Smithy RPC v2 CBOR: the operation in the path, CBOR in and out. */
import { CborCodec, cbor } from '@smithy/core/cbor';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.js';
import type { Protocol } from './wire.js';

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
const codec = new CborCodec();
codec.setSerdeContext({} as never);

export const cborProtocol: Protocol = {
  operationOf: ({ path }) => /\/service\/[^/]+\/operation\/(\w+)$/.exec(path)?.[1] ?? null,
  codec: ([, , , , input, output]) => ({
    async decode({ body }) {
      if (body.length === 0) return {};
      try {
        return (await codec.createDeserializer().read(NormalizedSchema.of(input as never), body as never)) as object;
      } catch (error) {
        throw new AwsError('SerializationException', error instanceof Error ? error.message : 'cannot read the body');
      }
    },
    encode(value) {
      const ns = NormalizedSchema.of(output as never);
      if (!ns.isStructSchema()) return { status: 200, headers: HEADERS, body: cbor.serialize({}) };
      const serializer = codec.createSerializer();
      serializer.write(ns, value);
      return { status: 200, headers: HEADERS, body: serializer.flush() as Uint8Array };
    },
  }),
  encodeError: (error) => ({
    status: error.status,
    headers: HEADERS,
    body: cbor.serialize({ __type: error.code, message: error.message, ...error.extra }),
  }),
};
