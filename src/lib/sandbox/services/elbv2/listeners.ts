/** Listeners, with their default actions and certificates. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { actionsOf, noteUse, type Action } from './actions.js';
import {
  defaultRule,
  invalid,
  needBalancer,
  needListener,
  paged,
  slice,
  type Balancer,
  type Listener,
  type Listing,
} from './state.js';
import { tagsOf, type Tag } from './tags.js';

const SSL_POLICY = 'ELBSecurityPolicy-2016-08';
const secure = (protocol: string): boolean => protocol === 'HTTPS' || protocol === 'TLS';

const show = (cell: Cell, listener: Listener) => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.balancer,
  Port: listener.port,
  Protocol: listener.protocol,
  ...(secure(listener.protocol)
    ? {
        Certificates: listener.certificates.slice(0, 1).map((CertificateArn) => ({ CertificateArn })),
        SslPolicy: listener.sslPolicy,
      }
    : {}),
  ...(listener.protocol === 'HTTPS' ? { MutualAuthentication: { Mode: 'off' } } : {}),
  ...(listener.alpn.length > 0 ? { AlpnPolicy: listener.alpn } : {}),
  DefaultActions: defaultRule(cell, listener.arn).actions,
});

interface Given {
  Protocol?: string;
  Port?: number;
  SslPolicy?: string;
  Certificates?: { CertificateArn?: string }[];
  AlpnPolicy?: string[];
  DefaultActions?: Action[];
}

function checkProtocol({ type }: Balancer, protocol: string, certificates: readonly string[]): void {
  const known = type === 'network' ? ['TCP', 'TLS', 'UDP', 'TCP_UDP'] : ['HTTP', 'HTTPS'];
  if (!known.includes(protocol)) throw invalid(`Protocol '${protocol}' must be one of '${known.join(', ')}'`);
  if (secure(protocol) && certificates.length === 0) throw invalid(`A certificate must be specified for ${protocol} listeners`);
}

function checkFree(cell: Cell, balancer: string, port: number, except?: Listener): void {
  if (Object.values(slice(cell).listeners).some((l) => l.balancer === balancer && l.port === port && l !== except))
    throw new AwsError('DuplicateListener', `A listener already exists on this port for this load balancer '${balancer}'`);
}

const certificatesOf = (given: Given['Certificates']): string[] =>
  (given ?? []).map(({ CertificateArn = '' }) => {
    if (!/^arn:aws[\w-]*:(acm|iam):/.test(CertificateArn))
      throw new AwsError('CertificateNotFound', `Certificate ARN '${CertificateArn}' is not valid`);
    return CertificateArn;
  });

function createListener(input: Given & { LoadBalancerArn: string; Tags?: Tag[] }, { cell, id, now }: CallContext): object {
  const balancer = needBalancer(cell, input.LoadBalancerArn);
  const { Protocol, Port } = input;
  if (Port === undefined) throw invalid('A port must be specified');
  if (Protocol === undefined) throw invalid('A protocol must be specified');
  const certificates = certificatesOf(input.Certificates);
  checkProtocol(balancer, Protocol, certificates);
  checkFree(cell, balancer.arn, Port);
  const actions = actionsOf(cell, input.DefaultActions ?? [], balancer.arn);
  const tags = tagsOf(input.Tags);
  const arn = `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${id(16)}`;
  const listener: Listener = {
    arn,
    balancer: balancer.arn,
    port: Port,
    protocol: Protocol,
    sslPolicy: secure(Protocol) ? (input.SslPolicy ?? SSL_POLICY) : null,
    alpn: input.AlpnPolicy ?? [],
    certificates,
    attributes: {},
  };
  const { listeners, rules } = slice(cell);
  listeners[arn] = listener;
  slice(cell).tags[arn] = tags;
  const rule = `${arn.replace(':listener/', ':listener-rule/')}/${id(16)}`;
  rules[rule] = { arn: rule, listener: arn, priority: 'default', conditions: [], actions, transforms: [] };
  noteUse(cell, now);
  return { Listeners: [show(cell, listener)] };
}

function modifyListener(input: Given & { ListenerArn: string }, { cell, now }: CallContext): object {
  const listener = needListener(cell, input.ListenerArn);
  const balancer = needBalancer(cell, listener.balancer);
  const protocol = input.Protocol ?? listener.protocol;
  const certificates = input.Certificates ? certificatesOf(input.Certificates) : listener.certificates.slice(0, 1);
  checkProtocol(balancer, protocol, secure(protocol) ? certificates : []);
  checkFree(cell, balancer.arn, input.Port ?? listener.port, listener);
  const actions = input.DefaultActions?.length ? actionsOf(cell, input.DefaultActions, balancer.arn) : null;
  listener.port = input.Port ?? listener.port;
  listener.protocol = protocol;
  listener.sslPolicy = secure(protocol) ? (input.SslPolicy ?? listener.sslPolicy ?? SSL_POLICY) : null;
  listener.certificates = secure(protocol) ? [...certificates, ...listener.certificates.slice(1)] : [];
  listener.alpn = input.AlpnPolicy ?? listener.alpn;
  if (actions) defaultRule(cell, listener.arn).actions = actions;
  noteUse(cell, now);
  return { Listeners: [show(cell, listener)] };
}

interface Asked extends Listing {
  LoadBalancerArn?: string;
  ListenerArns?: string[];
}

function describeListeners(input: Asked, { cell }: CallContext): object {
  const { listeners } = slice(cell);
  if (!input.LoadBalancerArn && !input.ListenerArns?.length)
    throw invalid('You must specify either listener ARNs or a load balancer ARN');
  if (input.LoadBalancerArn) needBalancer(cell, input.LoadBalancerArn);
  if (input.ListenerArns?.some((arn) => !listeners[arn]))
    throw new AwsError('ListenerNotFound', 'One or more listeners not found');
  const found = Object.values(listeners).filter(
    (l) =>
      (!input.LoadBalancerArn || l.balancer === input.LoadBalancerArn) &&
      (!input.ListenerArns?.length || input.ListenerArns.includes(l.arn)),
  );
  const { items, token } = paged(found, input, input.ListenerArns);
  return { Listeners: items.map((l) => show(cell, l)), NextMarker: token };
}

export const listenerOperations: Record<string, Operation> = {
  CreateListener: createListener,
  ModifyListener: modifyListener,
  DescribeListeners: describeListeners,
  DeleteListener({ ListenerArn }: { ListenerArn: string }, { cell, now }) {
    needListener(cell, ListenerArn);
    const { listeners, rules, tags } = slice(cell);
    for (const rule of Object.values(rules).filter((r) => r.listener === ListenerArn)) {
      delete rules[rule.arn];
      delete tags[rule.arn];
    }
    delete listeners[ListenerArn];
    delete tags[ListenerArn];
    noteUse(cell, now);
    return {};
  },
  DescribeListenerCertificates(input: Listing & { ListenerArn: string }, { cell }) {
    const { certificates } = needListener(cell, input.ListenerArn);
    const all = certificates.map((CertificateArn, index) => ({ CertificateArn, IsDefault: index === 0 }));
    const { items, token } = paged(all, input, undefined);
    return { Certificates: items, NextMarker: token };
  },
  AddListenerCertificates(input: Given & { ListenerArn: string }, { cell }) {
    const listener = needListener(cell, input.ListenerArn);
    const added = certificatesOf(input.Certificates);
    listener.certificates.push(...added.filter((arn) => !listener.certificates.includes(arn)));
    return { Certificates: added.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
  },
  RemoveListenerCertificates(input: Given & { ListenerArn: string }, { cell }) {
    const listener = needListener(cell, input.ListenerArn);
    const removed = certificatesOf(input.Certificates);
    if (removed.includes(listener.certificates[0] ?? ''))
      throw new AwsError('OperationNotPermitted', 'The default certificate of a listener cannot be removed');
    listener.certificates = listener.certificates.filter((arn) => !removed.includes(arn));
    return {};
  },
};
