/** What Cloud Map keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { entry } from '../records.js';

export type NamespaceType = 'DNS_PRIVATE' | 'DNS_PUBLIC' | 'HTTP';
export interface Namespace {
  id: string;
  arn: string;
  name: string;
  type: NamespaceType;
  description: string | undefined;
  creatorRequestId: string;
  zone: string | null;
  ttl: number;
  tags: Record<string, string>;
  createdAt: number;
}
export interface Registration {
  attributes: Record<string, string>;
  creatorRequestId: string;
  custom: 'HEALTHY' | 'UNHEALTHY' | null;
}
export interface Service {
  id: string;
  arn: string;
  name: string;
  namespace: string;
  description: string | undefined;
  creatorRequestId: string;
  dns: DnsConfig | undefined;
  healthCheck: object | undefined;
  customHealthCheck: object | undefined;
  type: 'HTTP' | 'DNS_HTTP' | 'DNS';
  instances: Record<string, Registration>;
  /** Goes on with every change of the instances. */
  revision: number;
  tags: Record<string, string>;
  createdAt: number;
}
export interface DnsConfig {
  NamespaceId?: string;
  RoutingPolicy?: string;
  DnsRecords: { Type: string; TTL: number }[];
}
/** What an operation does when it is through. */
export type Change =
  | { kind: 'createNamespace'; namespace: Namespace }
  | { kind: 'deleteNamespace'; id: string }
  | { kind: 'updateNamespace'; id: string; description: string | undefined; ttl: number | undefined }
  | {
      kind: 'updateService';
      id: string;
      description: string | undefined;
      dns: DnsConfig | undefined;
      healthCheck: object | undefined;
    }
  | { kind: 'register'; service: string; instance: string; registration: Registration }
  | { kind: 'deregister'; service: string; instance: string };
export interface Running {
  id: string;
  type: string;
  status: 'SUBMITTED' | 'PENDING' | 'SUCCESS' | 'FAIL';
  targets: Record<string, string>;
  change: Change;
  createdAt: number;
  updatedAt: number;
  doneAt: number;
}
export interface MapSlice {
  namespaces: Record<string, Namespace>;
  services: Record<string, Service>;
  operations: Record<string, Running>;
  /** Ids of the operations that are not through, in the order of their ends. */
  pending: string[];
}

export const slice = (cell: Cell): MapSlice =>
  cell.slice('servicediscovery', () => ({ namespaces: {}, services: {}, operations: {}, pending: [] }));

export const invalid = (message: string): AwsError => new AwsError('InvalidInput', message);
export const badToken = (): AwsError => invalid('The specified nextToken is invalid.');

export const arnOf = ({ account, region }: Cell, kind: 'namespace' | 'service', id: string): string =>
  `arn:aws:servicediscovery:${region}:${account}:${kind}/${id}`;
/** Services and namespaces are named by id or ARN. */
const idOf = (reference: string): string => reference.split('/').at(-1)!;

/** Ids are of small letters and digits. */
export function newId(context: CallContext, prefix: 'ns' | 'srv' | '', length: number): string {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
  const hex = context.id(length * 2);
  const text = Array.from({ length }, (_, i) => digits[parseInt(hex.slice(i * 2, i * 2 + 2), 16) % 36]).join('');
  return prefix ? `${prefix}-${text}` : text;
}

export function needNamespace(cell: Cell, reference: string): Namespace {
  const found = entry(slice(cell).namespaces, idOf(reference));
  if (!found) throw new AwsError('NamespaceNotFound', `Namespace with id ${idOf(reference)} not found.`);
  return found;
}

export function needService(cell: Cell, reference: string): Service {
  const found = entry(slice(cell).services, idOf(reference));
  if (!found) throw new AwsError('ServiceNotFound', `Service with id ${idOf(reference)} not found.`);
  return found;
}

export const servicesOf = (cell: Cell, namespace: string): Service[] =>
  Object.values(slice(cell).services).filter((service) => service.namespace === namespace);
