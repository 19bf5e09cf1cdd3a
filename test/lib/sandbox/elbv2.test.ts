import { beforeEach, describe, expect, test } from 'vitest';
import { networkIds, seedNetwork } from '../../../src/lib/sandbox/seed-network.js';
import { decidedAt, deregisterTarget, registerTarget } from '../../../src/lib/sandbox/services/elbv2.js';
import { ACCOUNT, drive, REGION, type Drive } from './drive.js';

const place = { account: ACCOUNT, region: REGION };
const { vpc: VpcId, subnets: Subnets, balancerGroup } = networkIds(place);
let d: Drive;
beforeEach(() => {
  d = drive();
  seedNetwork(d.sandbox, place);
});

const elb = (operation: string, input: object = {}) => d.call('elasticloadbalancing', operation, input);
const refused = (operation: string, input: object): string => {
  try {
    elb(operation, input);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'not refused';
};
const notFound = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };
const balancer = (Name = 'front', more: object = {}): string =>
  elb('CreateLoadBalancer', { Name, Subnets, SecurityGroups: [balancerGroup], ...more }).LoadBalancers[0]
    .LoadBalancerArn as string;
const listener = (LoadBalancerArn = balancer(), Port = 80): string =>
  elb('CreateListener', { LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions: [notFound] }).Listeners[0]
    .ListenerArn as string;
const group = (Name = 'ui', more: object = {}): string =>
  elb('CreateTargetGroup', {
    Name,
    Protocol: 'HTTP',
    Port: 8080,
    VpcId,
    TargetType: 'ip',
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
    ...more,
  }).TargetGroups[0].TargetGroupArn as string;
const path = (value: string) => [{ Field: 'path-pattern', Values: [value] }];
const rule = (ListenerArn: string, Priority: number, to: string | object): string =>
  elb('CreateRule', {
    ListenerArn,
    Priority,
    Conditions: path(`/${Priority}`),
    Actions: [typeof to === 'string' ? { Type: 'forward', TargetGroupArn: to } : to],
  }).Rules[0].RuleArn as string;

describe('load balancers', () => {
  test('stand in their subnets, become active, and go with their listeners and rules', () => {
    const arn = balancer();
    const at = listener(arn);
    rule(at, 1, group());
    const shown = () => elb('DescribeLoadBalancers', { Names: ['front'] }).LoadBalancers[0];
    expect(shown()).toMatchObject({ State: { Code: 'provisioning' }, VpcId, Scheme: 'internet-facing', Type: 'application' });
    expect(shown().AvailabilityZones.map((z: { ZoneName: string }) => z.ZoneName)).toEqual([
      'eu-west-1a',
      'eu-west-1b',
      'eu-west-1c',
    ]);
    d.pass(120);
    expect(shown().State.Code).toBe('active');
    const interfaces = () => d.call('ec2', 'DescribeNetworkInterfaces', {}).NetworkInterfaces as { Description: string }[];
    expect(interfaces().map((i) => i.Description)).toEqual(Array(3).fill(`ELB ${arn.split(':loadbalancer/')[1]}`));
    expect(() => d.call('ec2', 'DeleteSecurityGroup', { GroupId: balancerGroup })).toThrow(/has a dependent object/);
    elb('DeleteLoadBalancer', { LoadBalancerArn: arn });
    expect(interfaces()).toEqual([]);
    expect(refused('DescribeListeners', { ListenerArns: [at] })).toBe('ListenerNotFound: One or more listeners not found');
    elb('DeleteTargetGroup', { TargetGroupArn: elb('DescribeTargetGroups').TargetGroups[0].TargetGroupArn });
    expect(refused('DescribeLoadBalancers', { Names: ['front'] })).toBe(
      `LoadBalancerNotFound: Load balancers '[front]' not found`,
    );
  });

  test('are the same when asked for again, and refused with other settings', () => {
    expect(balancer()).toBe(balancer());
    expect(refused('CreateLoadBalancer', { Name: 'front', Subnets, Scheme: 'internal' })).toMatch(/^DuplicateLoadBalancerName/);
    expect(refused('CreateLoadBalancer', { Name: 'x', Subnets: Subnets.slice(1, 2) })).toMatch(
      /^ValidationError: At least two subnets/,
    );
    expect(refused('CreateLoadBalancer', { Name: 'x', Subnets: ['subnet-0', Subnets[0]] })).toBe(
      `SubnetNotFound: The subnet ID 'subnet-0' does not exist`,
    );
    expect(refused('CreateLoadBalancer', { Name: 'x', Subnets, SecurityGroups: ['sg-0'] })).toMatch(/^InvalidSecurityGroup/);
    expect(refused('CreateLoadBalancer', { Name: '-x', Subnets })).toBe(
      `ValidationError: Load balancer name '-x' cannot begin or end with '-'`,
    );
  });

  test('keep attributes, and are protected by one of them', () => {
    const LoadBalancerArn = balancer();
    const value = (Key: string) =>
      elb('DescribeLoadBalancerAttributes', { LoadBalancerArn }).Attributes.find((a: { Key: string }) => a.Key === Key)
        ?.Value as string;
    expect(value('idle_timeout.timeout_seconds')).toBe('60');
    const set = (Key: string, Value: string) => ({ LoadBalancerArn, Attributes: [{ Key, Value }] });
    elb('ModifyLoadBalancerAttributes', set('deletion_protection.enabled', 'true'));
    expect(value('deletion_protection.enabled')).toBe('true');
    expect(refused('DeleteLoadBalancer', { LoadBalancerArn })).toMatch(/^OperationNotPermitted.*deletion protection is enabled$/);
    expect(refused('ModifyLoadBalancerAttributes', set('colour', 'red'))).toBe(
      `ValidationError: Load balancer attribute key 'colour' is not recognized`,
    );
    expect(refused('ModifyLoadBalancerAttributes', set('idle_timeout.timeout_seconds', '9999'))).toMatch(
      /between '1' and '4000'/,
    );
  });

  test('move to other subnets and groups', () => {
    const LoadBalancerArn = balancer();
    const [usual] = d.call('ec2', 'DescribeSecurityGroups', {
      Filters: [{ Name: 'group-name', Values: ['default'] }],
    }).SecurityGroups;
    elb('SetSecurityGroups', { LoadBalancerArn, SecurityGroups: [usual.GroupId] });
    elb('SetSubnets', { LoadBalancerArn, Subnets: Subnets.slice(0, 2) });
    expect(elb('DescribeLoadBalancers').LoadBalancers[0]).toMatchObject({ SecurityGroups: [usual.GroupId] });
    const { NetworkInterfaces } = d.call('ec2', 'DescribeNetworkInterfaces', {});
    expect(NetworkInterfaces.map((i: { SubnetId: string }) => i.SubnetId)).toEqual(Subnets.slice(0, 2));
    expect(NetworkInterfaces[0].Groups).toEqual([{ GroupId: usual.GroupId, GroupName: 'default' }]);
  });
});

describe('listeners and rules', () => {
  test('a listener has a default rule, which is the last one and stays', () => {
    const at = listener();
    rule(at, 20, notFound);
    rule(at, 3, notFound);
    const { Rules } = elb('DescribeRules', { ListenerArn: at });
    expect(Rules.map((r: { Priority: string; IsDefault: boolean }) => [r.Priority, r.IsDefault])).toEqual([
      ['3', false],
      ['20', false],
      ['default', true],
    ]);
    const RuleArn = Rules[2].RuleArn as string;
    expect(refused('DeleteRule', { RuleArn })).toBe(`OperationNotPermitted: Default rule '${RuleArn}' cannot be deleted`);
    elb('ModifyRule', { RuleArn, Actions: [{ Type: 'forward', TargetGroupArn: group() }] });
    expect(elb('DescribeListeners', { ListenerArns: [at] }).Listeners[0].DefaultActions).toMatchObject([{ Type: 'forward' }]);
  });

  test('one port is listened to once; HTTPS wants a certificate', () => {
    const arn = balancer();
    const at = listener(arn);
    const input = { LoadBalancerArn: arn, Protocol: 'HTTP', Port: 80, DefaultActions: [notFound] };
    expect(refused('CreateListener', input)).toMatch(/^DuplicateListener: A listener already exists on this port/);
    const https = { ...input, Protocol: 'HTTPS', Port: 443 };
    expect(refused('CreateListener', https)).toBe('ValidationError: A certificate must be specified for HTTPS listeners');
    const CertificateArn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1';
    const [made] = elb('CreateListener', { ...https, Certificates: [{ CertificateArn }] }).Listeners;
    expect(made).toMatchObject({ Certificates: [{ CertificateArn }], SslPolicy: 'ELBSecurityPolicy-2016-08' });
    const other = CertificateArn.replace(/1$/, '2');
    elb('AddListenerCertificates', { ListenerArn: made.ListenerArn, Certificates: [{ CertificateArn: other }] });
    expect(elb('DescribeListenerCertificates', { ListenerArn: made.ListenerArn }).Certificates).toEqual([
      { CertificateArn, IsDefault: true },
      { CertificateArn: other, IsDefault: false },
    ]);
    expect(refused('ModifyListener', { ListenerArn: at, Port: 443 })).toMatch(/^DuplicateListener/);
    elb('ModifyListener', { ListenerArn: at, Port: 8080 });
    expect(elb('DescribeListeners', { ListenerArns: [at] }).Listeners[0].Port).toBe(8080);
  });

  test('rules take the priorities of one another, but not of others', () => {
    const at = listener();
    const [one, two] = [rule(at, 1, notFound), rule(at, 2, notFound)];
    rule(at, 3, notFound);
    const swap = (first: number, second: number) => ({
      RulePriorities: [
        { RuleArn: one, Priority: first },
        { RuleArn: two, Priority: second },
      ],
    });
    elb('SetRulePriorities', swap(2, 1));
    expect(elb('DescribeRules', { RuleArns: [one, two] }).Rules.map((r: { RuleArn: string }) => r.RuleArn)).toEqual([two, one]);
    expect(refused('SetRulePriorities', swap(4, 3))).toBe(`PriorityInUse: Priority '3' is currently in use`);
    expect(refused('SetRulePriorities', swap(5, 5))).toMatch(/^PriorityInUse/);
    expect(refused('SetRulePriorities', swap(0, 5))).toMatch(/^ValidationError/);
    expect(elb('DescribeRules', { RuleArns: [one] }).Rules[0].Priority).toBe('2');
    expect(refused('CreateRule', { ListenerArn: at, Priority: 3, Conditions: path('/'), Actions: [notFound] })).toMatch(
      /^PriorityInUse/,
    );
    expect(refused('DescribeRules', { RuleArns: [`${one}x`] })).toBe('RuleNotFound: One or more rules not found');
  });

  test('traffic is weighed between groups', () => {
    const [blue, green] = [group('blue'), group('green')];
    const weigh = (first: number, second: number) => ({
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: first },
          { TargetGroupArn: green, Weight: second },
        ],
      },
    });
    const at = listener();
    const RuleArn = rule(at, 1, blue);
    expect(elb('DescribeRules', { RuleArns: [RuleArn] }).Rules[0].Actions).toEqual([
      {
        Type: 'forward',
        TargetGroupArn: blue,
        ForwardConfig: { TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }], TargetGroupStickinessConfig: { Enabled: false } },
      },
    ]);
    elb('ModifyRule', { RuleArn, Actions: [weigh(90, 10)] });
    const [action] = elb('DescribeRules', { RuleArns: [RuleArn] }).Rules[0].Actions;
    expect([action.TargetGroupArn, action.ForwardConfig.TargetGroups.map((t: { Weight: number }) => t.Weight)]).toEqual([
      undefined,
      [90, 10],
    ]);
    expect(refused('ModifyRule', { RuleArn, Actions: [weigh(1000, 0)] })).toMatch(/between 0 and 999/);
    expect(refused('ModifyRule', { RuleArn, Actions: [{ Type: 'forward', TargetGroupArn: `${blue}x` }] })).toMatch(
      /^TargetGroupNotFound/,
    );
    const elsewhere = listener(balancer('other'));
    const input = { ListenerArn: elsewhere, Priority: 1, Conditions: path('/'), Actions: [weigh(1, 1)] };
    expect(refused('CreateRule', input)).toMatch(/^TargetGroupAssociationLimit/);
  });

  test('conditions and actions are checked', () => {
    const ListenerArn = listener();
    const add = (Conditions: object[], Actions: object[] = [notFound]) =>
      refused('CreateRule', { ListenerArn, Priority: 1, Conditions, Actions });
    expect(add([])).toMatch(/^ValidationError: A condition must be specified/);
    expect(add([{ Field: 'moon', Values: ['full'] }])).toMatch(/must be one of/);
    expect(add([{ Field: 'host-header', Values: ['1', '2', '3', '4', '5', '6'] }])).toMatch(/'5' condition values/);
    expect(add(path('/'), [])).toMatch(/^ValidationError: The last action/);
    elb('CreateRule', { ListenerArn, Priority: 1, Conditions: [{ Field: 'host-header', Values: ['a'] }], Actions: [notFound] });
    expect(elb('DescribeRules', { ListenerArn }).Rules[0].Conditions).toEqual([
      { Field: 'host-header', Values: ['a'], HostHeaderConfig: { Values: ['a'] } },
    ]);
  });
});

describe('target groups', () => {
  test('are the same when asked for again, unless something differs', () => {
    expect(group()).toBe(group());
    const input = { Name: 'ui', Protocol: 'HTTP', Port: 99, VpcId, TargetType: 'ip' };
    expect(refused('CreateTargetGroup', input)).toMatch(/^DuplicateTargetGroupName.*different settings$/);
    expect(refused('CreateTargetGroup', { ...input, Name: 'a'.repeat(33) })).toMatch(/longer than '32' characters/);
    expect(refused('CreateTargetGroup', { ...input, Name: 'x', VpcId: 'vpc-0' })).toBe(
      `ValidationError: The VPC ID 'vpc-0' is not found`,
    );
    expect(refused('CreateTargetGroup', { Name: 'x', Protocol: 'HTTP', Port: 80 })).toBe(
      'ValidationError: A VPC ID must be specified',
    );
    expect(refused('CreateTargetGroup', { ...input, Name: 'x', HealthCheckIntervalSeconds: 5 })).toMatch(
      /greater than the timeout/,
    );
  });

  test('are found all together, or not at all, in pages', () => {
    const arns = [group('a'), group('b'), group('c')];
    expect(refused('DescribeTargetGroups', { Names: ['a', 'none'] })).toBe(
      'TargetGroupNotFound: One or more target groups not found',
    );
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const { TargetGroups, NextMarker } = elb('DescribeTargetGroups', { PageSize: 1, Marker });
      seen.push(...TargetGroups.map((g: { TargetGroupArn: string }) => g.TargetGroupArn));
      Marker = NextMarker;
    } while (Marker);
    expect(seen).toEqual(arns);
    expect(refused('DescribeTargetGroups', { PageSize: 1, Names: ['a'] })).toMatch(/^ValidationError/);
    expect(refused('DescribeTargetGroups', { Marker: '?' })).toMatch(/^ValidationError/);
    expect(refused('DescribeTargetHealth', { TargetGroupArn: `${arns[0]}x` })).toMatch(/^TargetGroupNotFound: Target groups '/);
  });

  test('are not deleted while a rule names them', () => {
    const TargetGroupArn = group();
    const RuleArn = rule(listener(), 1, TargetGroupArn);
    expect(refused('DeleteTargetGroup', { TargetGroupArn })).toBe(
      `ResourceInUse: Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
    );
    elb('DeleteRule', { RuleArn });
    elb('DeleteTargetGroup', { TargetGroupArn });
    expect(elb('DescribeTargetGroups').TargetGroups).toEqual([]);
  });

  test('change their checks, and nothing else', () => {
    const TargetGroupArn = group();
    const [changed] = elb('ModifyTargetGroup', { TargetGroupArn, HealthCheckPath: '/ready', Port: 1 }).TargetGroups;
    expect([changed.HealthCheckPath, changed.Port]).toEqual(['/ready', 8080]);
    const set = (Key: string, Value: string) => ({ TargetGroupArn, Attributes: [{ Key, Value }] });
    elb('ModifyTargetGroupAttributes', set('slow_start.duration_seconds', '30'));
    expect(elb('DescribeTargetGroupAttributes', { TargetGroupArn }).Attributes).toContainEqual({
      Key: 'slow_start.duration_seconds',
      Value: '30',
    });
    expect(refused('ModifyTargetGroupAttributes', set('deregistration_delay.timeout_seconds', '3601'))).toMatch(/'0' and '3600'/);
  });

  test('carry tags like everything else here', () => {
    const arns = [group('tagged', { Tags: [{ Key: 'a', Value: '1' }] }), listener()];
    elb('AddTags', { ResourceArns: arns, Tags: [{ Key: 'b', Value: '2' }] });
    elb('RemoveTags', { ResourceArns: arns, TagKeys: ['a'] });
    const { TagDescriptions } = elb('DescribeTags', { ResourceArns: arns });
    expect(TagDescriptions).toEqual(arns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] })));
    expect(refused('DescribeTags', { ResourceArns: [`${arns[1]}x`] })).toMatch(/^ListenerNotFound/);
  });
});

describe('the health of targets', () => {
  const state = (TargetGroupArn: string, Targets?: object[]): string[] =>
    elb('DescribeTargetHealth', { TargetGroupArn, Targets }).TargetHealthDescriptions.map(
      ({ TargetHealth }: { TargetHealth: { State: string; Reason?: string } }) =>
        [TargetHealth.State, TargetHealth.Reason].filter(Boolean).join(' '),
    );
  const cell = () => d.sandbox.world.cell(ACCOUNT, REGION);

  test('is not checked until a rule sends traffic', () => {
    const arn = group();
    elb('RegisterTargets', { TargetGroupArn: arn, Targets: [{ Id: '10.0.0.9' }] });
    d.pass(100);
    expect(state(arn)).toEqual(['unused Target.NotInUse']);
    const RuleArn = rule(listener(), 1, arn);
    expect(state(arn)).toEqual(['initial Elb.RegistrationInProgress']);
    d.pass(10);
    expect(state(arn)).toEqual(['initial Elb.InitialHealthChecking']);
    d.pass(10);
    expect(state(arn)).toEqual(['healthy']);
    expect(state(arn, [{ Id: '10.0.0.9' }, { Id: '10.0.0.8' }])).toEqual(['healthy', 'unused Target.NotRegistered']);
    elb('DeleteRule', { RuleArn });
    expect(state(arn)).toEqual(['unused Target.NotInUse']);
  });

  test('a target drains for as long as its group says', () => {
    const arn = group();
    rule(listener(), 1, arn);
    elb('ModifyTargetGroupAttributes', {
      TargetGroupArn: arn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    });
    elb('RegisterTargets', { TargetGroupArn: arn, Targets: [{ Id: '10.0.0.9' }, { Id: '10.0.0.9', Port: 81 }] });
    d.pass(60);
    elb('DeregisterTargets', { TargetGroupArn: arn, Targets: [{ Id: '10.0.0.9', Port: 81 }] });
    expect(state(arn)).toEqual(['healthy', 'draining Target.DeregistrationInProgress']);
    d.pass(30);
    expect(state(arn)).toEqual(['healthy']);
    expect(refused('RegisterTargets', { TargetGroupArn: arn, Targets: [{ Id: 'nowhere' }] })).toMatch(/not a valid IPv4 address/);
  });

  test('those that ECS brings pass or fail their checks when it was told', () => {
    const arn = group('ui', { UnhealthyThresholdCount: 3 });
    rule(listener(), 1, arn);
    const now = d.clock.now();
    registerTarget(cell(), arn, { id: '10.0.0.1', port: 80, good: true }, now);
    registerTarget(cell(), arn, { id: '10.0.0.2', port: 80, good: false }, now);
    expect([decidedAt(cell(), arn, now, true), decidedAt(cell(), arn, now, false)]).toEqual([now + 20_000, now + 30_000]);
    d.pass(20);
    expect(state(arn)).toEqual(['healthy', 'initial Elb.InitialHealthChecking']);
    d.pass(10);
    expect(state(arn)).toEqual(['healthy', 'unhealthy Target.FailedHealthChecks']);
    expect(deregisterTarget(cell(), arn, '10.0.0.2', d.clock.now())).toBe(d.clock.now() + 300_000);
    expect(deregisterTarget(cell(), arn, '10.0.0.7', 5)).toBe(5);
  });
});
