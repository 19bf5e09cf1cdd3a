/** The protocols of the services, by signing name. A client package is loaded when its service is first called. */
import { cborProtocol } from './cbor.js';
import { jsonProtocol } from './json.js';
import { ec2Protocol, queryProtocol } from './query.js';
import { restJsonProtocol } from './rest.js';
import { s3Protocol } from './s3.js';
import type { Codec, OperationSchema, Protocol, WireRequest } from './wire.js';

type Schemas = Record<string, unknown>;

export interface Wire {
  readonly protocol: Protocol;
  /** Schemas of the client package: `<Operation>$`. */
  load(): Promise<Schemas>;
}

const wire = (protocol: Protocol, load: () => Promise<unknown>): Wire => ({ protocol, load: load as () => Promise<Schemas> });
const json = jsonProtocol('1.1');

export const wires: Readonly<Record<string, Wire>> = {
  ssm: wire(json, () => import('@aws-sdk/client-ssm')),
  ecs: wire(json, () => import('@aws-sdk/client-ecs')),
  ecr: wire(json, () => import('@aws-sdk/client-ecr')),
  logs: wire(json, () => import('@aws-sdk/client-cloudwatch-logs')),
  events: wire(json, () => import('@aws-sdk/client-eventbridge')),
  secretsmanager: wire(json, () => import('@aws-sdk/client-secrets-manager')),
  'application-autoscaling': wire(json, () => import('@aws-sdk/client-application-auto-scaling')),
  servicediscovery: wire(json, () => import('@aws-sdk/client-servicediscovery')),
  sts: wire(queryProtocol('https://sts.amazonaws.com/doc/2011-06-15/'), () => import('@aws-sdk/client-sts')),
  iam: wire(queryProtocol('https://iam.amazonaws.com/doc/2010-05-08/'), () => import('@aws-sdk/client-iam')),
  elasticloadbalancing: wire(
    queryProtocol('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/'),
    () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  ),
  cloudformation: wire(
    queryProtocol('http://cloudformation.amazonaws.com/doc/2010-05-15/'),
    () => import('@aws-sdk/client-cloudformation'),
  ),
  monitoring: wire(queryProtocol('http://monitoring.amazonaws.com/doc/2010-08-01/'), () => import('@aws-sdk/client-cloudwatch')),
  ec2: wire(ec2Protocol('http://ec2.amazonaws.com/doc/2016-11-15/'), () => import('@aws-sdk/client-ec2')),
  awsssoportal: wire(restJsonProtocol, () => import('@aws-sdk/client-sso')),
  'sso-oauth': wire(restJsonProtocol, () => import('@aws-sdk/client-sso-oidc')),
  s3: wire(s3Protocol('http://s3.amazonaws.com/doc/2006-03-01/'), () => import('@aws-sdk/client-s3')),
};

/** A service may speak several protocols: the request shows which. */
export function protocolOf(service: string, { headers }: WireRequest): Protocol | null {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return cborProtocol;
  if (headers['x-amz-target']) return /json-1\.0/.test(headers['content-type'] ?? '') ? jsonProtocol('1.0') : json;
  return wires[service]?.protocol ?? null;
}

const codecs = new Map<OperationSchema, Map<Protocol, Codec>>();

/** Null where the service has no such operation. */
export async function codecFor(service: string, operation: string, protocol: Protocol): Promise<Codec | null> {
  const schema = (await wires[service]?.load())?.[`${operation}$`] as OperationSchema | undefined;
  if (schema?.[0] !== 9) return null;
  const made = codecs.get(schema) ?? new Map<Protocol, Codec>();
  codecs.set(schema, made);
  const codec = made.get(protocol) ?? protocol.codec(schema);
  made.set(protocol, codec);
  return codec;
}
