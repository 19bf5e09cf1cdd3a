/** The wire: decodes requests and encodes answers of awsJson and query services with the schemas the SDK's clients export. */
import { JsonCodec2, XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { parseQuery } from './query.js';
import { AwsError } from './service.js';

interface Wire {
  readonly kind: 'json' | 'query';
  /** `1.0` or `1.1` of application/x-amz-json. */
  readonly json?: string;
  readonly xmlNamespace: string;
  /** Schemas of the client package: `<Operation>$`. */
  load(): Promise<Record<string, unknown>>;
}

const query = (xmlNamespace: string, load: Wire['load']): Wire => ({ kind: 'query', xmlNamespace, load });
const json = (load: Wire['load'], version = '1.1'): Wire => ({ kind: 'json', json: version, xmlNamespace: '', load });
type Module = Record<string, unknown>;

/** By signing name. A client package is loaded when its service is first called. */
export const wires: Readonly<Record<string, Wire>> = {
  ssm: json(() => import('@aws-sdk/client-ssm') as unknown as Promise<Module>),
  ecs: json(() => import('@aws-sdk/client-ecs') as unknown as Promise<Module>),
  ecr: json(() => import('@aws-sdk/client-ecr') as unknown as Promise<Module>),
  logs: json(() => import('@aws-sdk/client-cloudwatch-logs') as unknown as Promise<Module>),
  sts: query('https://sts.amazonaws.com/doc/2011-06-15/', () => import('@aws-sdk/client-sts') as unknown as Promise<Module>),
  elasticloadbalancing: query(
    'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    () => import('@aws-sdk/client-elastic-load-balancing-v2') as unknown as Promise<Module>,
  ),
  cloudformation: query(
    'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    () => import('@aws-sdk/client-cloudformation') as unknown as Promise<Module>,
  ),
};

/** One operation's codec: from body to input, from output to body. */
export interface Codec {
  readonly contentType: string;
  decode(body: string): Promise<object>;
  encode(output: object, requestId: string): string;
  encodeError(error: AwsError, requestId: string): { body: string; headers: Record<string, string> };
}

type OperationSchema = [9, string, string, unknown, unknown, unknown];

/** Null where the service has no such operation. */
export async function codecFor(service: string, operation: string): Promise<Codec | null> {
  const wire = wires[service];
  if (!wire) return null;
  const schema = (await wire.load())[`${operation}$`] as OperationSchema | undefined;
  if (!schema || schema[0] !== 9) return null;
  return wire.kind === 'json' ? jsonCodec(wire, schema) : queryCodec(wire, schema);
}

function jsonCodec(wire: Wire, [, , , , input, output]: OperationSchema): Codec {
  const settings = { timestampFormat: { useTrait: true, default: 7 as const }, jsonName: false };
  const codec = new JsonCodec2(settings as never);
  return {
    contentType: `application/x-amz-json-${wire.json}`,
    async decode(body) {
      try {
        return (await codec
          .createDeserializer()
          .read(NormalizedSchema.of(input as never), Buffer.from(body || '{}') as never)) as object;
      } catch (error) {
        throw new AwsError('SerializationException', error instanceof Error ? error.message : 'cannot read the body');
      }
    },
    encode(value) {
      const serializer = codec.createSerializer();
      serializer.write(NormalizedSchema.of(output as never), value);
      const made = serializer.flush() as string | Uint8Array;
      return typeof made === 'string' ? made : new TextDecoder().decode(made);
    },
    encodeError: jsonError,
  };
}

export function jsonError(error: AwsError): { body: string; headers: Record<string, string> } {
  return {
    body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message, ...error.extra }),
    headers: { 'x-amzn-errortype': error.code },
  };
}

function queryCodec(wire: Wire, [, , name, , input, output]: OperationSchema): Codec {
  return {
    contentType: 'text/xml',
    decode: async (body) => parseQuery(NormalizedSchema.of(input as never), new URLSearchParams(body)),
    encode(value, requestId) {
      const ns = NormalizedSchema.of(output as never);
      let result = '';
      if (ns.isStructSchema()) {
        const serializer = new XmlShapeSerializer({
          xmlNamespace: '',
          serviceNamespace: '',
          timestampFormat: { useTrait: true, default: 5 },
        } as never);
        serializer.write(ns, value);
        // The serializer names the root after the shape: the wire wants <OperationResult>.
        const xml = String(serializer.flush());
        const inner = /^<[^>]*?\/>$/.test(xml) ? '' : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
        result = `<${name}Result>${inner}</${name}Result>`;
      }
      return `<${name}Response xmlns="${wire.xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
    },
    encodeError: (error, requestId) => queryError(error, requestId, wire.xmlNamespace),
  };
}

export function queryError(
  error: AwsError,
  requestId: string,
  xmlNamespace = '',
): { body: string; headers: Record<string, string> } {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const body = `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${type}</Type><Code>${escape(error.code)}</Code><Message>${escape(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { body, headers: {} };
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
