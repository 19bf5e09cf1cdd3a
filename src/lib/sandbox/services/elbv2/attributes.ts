/** Attributes of load balancers, target groups and listeners: those that were set, and the defaults of the others. */
import type { Operation } from '../../service.js';
import { invalid, needBalancer, needGroup, needListener, type Balancer, type Group } from './state.js';

type Values = Readonly<Record<string, string>>;

const balancerDefaults: Values = {
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.bucket': '',
  'access_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'ipv6.deny_all_igw_traffic': 'false',
  'load_balancing.cross_zone.enabled': 'true',
  'zonal_shift.config.enabled': 'false',
};
const applicationDefaults: Values = {
  ...balancerDefaults,
  'client_keep_alive.seconds': '3600',
  'connection_logs.s3.enabled': 'false',
  'connection_logs.s3.bucket': '',
  'connection_logs.s3.prefix': '',
  'health_check_logs.s3.enabled': 'false',
  'health_check_logs.s3.bucket': '',
  'health_check_logs.s3.prefix': '',
  'idle_timeout.timeout_seconds': '60',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
};
const networkDefaults: Values = {
  ...balancerDefaults,
  'load_balancing.cross_zone.enabled': 'false',
  'dns_record.client_routing_policy': 'any_availability_zone',
};
const groupDefaults: Values = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
};
const httpGroupDefaults: Values = {
  ...groupDefaults,
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.algorithm.type': 'round_robin',
  'slow_start.duration_seconds': '0',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'stickiness.type': 'lb_cookie',
};
const tcpGroupDefaults: Values = {
  ...groupDefaults,
  'deregistration_delay.connection_termination.enabled': 'false',
  'preserve_client_ip.enabled': 'false',
  'proxy_protocol_v2.enabled': 'false',
  'stickiness.type': 'source_ip',
  'target_health_state.unhealthy.connection_termination.enabled': 'true',
  'target_health_state.unhealthy.draining_interval_seconds': '0',
};
const responseHeaders = [
  'access_control_allow_credentials',
  'access_control_allow_headers',
  'access_control_allow_methods',
  'access_control_allow_origin',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'strict_transport_security',
  'x_content_type_options',
  'x_frame_options',
];
const listenerDefaults: Values = {
  'routing.http.response.server.enabled': 'true',
  ...Object.fromEntries(responseHeaders.map((name) => [`routing.http.response.${name}.header_value`, ''])),
};

const ofBalancer = ({ type }: Balancer): Values => (type === 'application' ? applicationDefaults : networkDefaults);
const ofGroup = ({ settings }: Group): Values =>
  /^HTTP/.test(String(settings['Protocol'])) ? httpGroupDefaults : tcpGroupDefaults;

export const attributeOf = (group: Group, key: string): string => group.attributes[key] ?? ofGroup(group)[key] ?? '';

interface Attribute {
  Key?: string;
  Value?: string;
}

const listed = (values: Values): { Attributes: Attribute[] } => ({
  Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
});

const whole: Readonly<Record<string, [least: number, most: number]>> = {
  'deregistration_delay.timeout_seconds': [0, 3600],
  'slow_start.duration_seconds': [0, 900],
  'idle_timeout.timeout_seconds': [1, 4000],
  'client_keep_alive.seconds': [60, 604_800],
};

/** Sets attributes, all or none. */
function set(
  held: Record<string, string>,
  defaults: Values,
  given: readonly Attribute[],
  what: string,
): { Attributes: Attribute[] } {
  for (const { Key = '', Value = '' } of given) {
    if (!Object.hasOwn(defaults, Key)) throw invalid(`${what} attribute key '${Key}' is not recognized`);
    const [least, most] = whole[Key] ?? [];
    const number = Number(Value);
    if (least !== undefined && (!Number.isInteger(number) || Value === '' || number < least || number > most!))
      throw invalid(`'${Key}' must be between '${least}' and '${most}' (inclusive)`);
    if (/\.enabled$/.test(Key) && !['true', 'false', 'use_load_balancer_configuration'].includes(Value))
      throw invalid(`'${Key}' must be true or false`);
  }
  for (const { Key = '', Value = '' } of given) held[Key] = Value;
  return listed({ ...defaults, ...held });
}

export const attributeOperations: Record<string, Operation> = {
  DescribeLoadBalancerAttributes({ LoadBalancerArn }: { LoadBalancerArn: string }, { cell }) {
    const balancer = needBalancer(cell, LoadBalancerArn);
    return listed({ ...ofBalancer(balancer), ...balancer.attributes });
  },
  ModifyLoadBalancerAttributes(input: { LoadBalancerArn: string; Attributes: Attribute[] }, { cell }) {
    const balancer = needBalancer(cell, input.LoadBalancerArn);
    return set(balancer.attributes, ofBalancer(balancer), input.Attributes, 'Load balancer');
  },
  DescribeTargetGroupAttributes({ TargetGroupArn }: { TargetGroupArn: string }, { cell }) {
    const group = needGroup(cell, TargetGroupArn);
    return listed({ ...ofGroup(group), ...group.attributes });
  },
  ModifyTargetGroupAttributes(input: { TargetGroupArn: string; Attributes: Attribute[] }, { cell }) {
    const group = needGroup(cell, input.TargetGroupArn);
    return set(group.attributes, ofGroup(group), input.Attributes, 'Target group');
  },
  DescribeListenerAttributes({ ListenerArn }: { ListenerArn: string }, { cell }) {
    return listed({ ...listenerDefaults, ...needListener(cell, ListenerArn).attributes });
  },
  ModifyListenerAttributes(input: { ListenerArn: string; Attributes: Attribute[] }, { cell }) {
    return set(needListener(cell, input.ListenerArn).attributes, listenerDefaults, input.Attributes, 'Listener');
  },
};
