import { expect, it } from 'vitest';
import { withAws, type Aws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

const base = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}`;
/** How long the command line's target waiters sleep between two looks. */
const LOOK_SECONDS = 15;

async function network(aws: Aws, octet: number): Promise<{ vpc: string; subnets: string[] }> {
  const { Vpc } = await aws(`ec2 create-vpc --cidr-block 10.${octet}.0.0/16`).gives({ Vpc: { CidrBlock: `10.${octet}.0.0/16` } });
  const gateway = await aws('ec2 create-internet-gateway').gives({ InternetGateway: { Attachments: [] } });
  await aws(
    'ec2 attach-internet-gateway --internet-gateway-id',
    gateway.InternetGateway.InternetGatewayId,
    '--vpc-id',
    Vpc.VpcId,
  ).isSilent();
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const { Subnet } = await aws(
      `ec2 create-subnet --cidr-block 10.${octet}.${index}.0/24 --availability-zone ${REGION}${zone} --vpc-id`,
      Vpc.VpcId,
    ).gives({ Subnet: { AvailabilityZone: `${REGION}${zone}` } });
    subnets.push(Subnet.SubnetId as string);
  }
  return { vpc: Vpc.VpcId as string, subnets };
}

withAws('elbv2', 28, (aws, served) => {
  it.concurrent('puts a target group behind a listener, and its targets get healthy', async () => {
    const { vpc, subnets } = await network(aws, 20);
    const { LoadBalancers } = await aws('elbv2 create-load-balancer --name front --subnets', ...subnets).gives({
      LoadBalancers: [
        {
          LoadBalancerName: 'front',
          LoadBalancerArn: expect.stringMatching(new RegExp(`^${base}:loadbalancer/app/front/[0-9a-f]{16}$`)),
          DNSName: expect.stringMatching(/^front-\w+\.eu-west-1\.elb\.amazonaws\.com$/),
          Scheme: 'internet-facing',
          Type: 'application',
          IpAddressType: 'ipv4',
          VpcId: vpc,
          State: { Code: 'provisioning' },
        },
      ],
    });
    const balancer = LoadBalancers[0].LoadBalancerArn as string;
    await served().pace(LOOK_SECONDS, () => aws('elbv2 wait load-balancer-available --load-balancer-arns', balancer).isSilent());
    await aws(
      'elbv2 describe-load-balancers --names front --query LoadBalancers[].[State.Code,length(AvailabilityZones)] --output text',
    ).prints('active\t2');
    const { TargetGroups } = await aws(
      'elbv2 create-target-group --name ui --protocol HTTP --port 8080 --target-type ip --health-check-path /health --vpc-id',
      vpc,
    ).gives({
      TargetGroups: [
        {
          TargetGroupName: 'ui',
          TargetGroupArn: expect.stringMatching(new RegExp(`^${base}:targetgroup/ui/[0-9a-f]{16}$`)),
          Port: 8080,
          HealthCheckPath: '/health',
          HealthCheckIntervalSeconds: 30,
          HealthyThresholdCount: 5,
          Matcher: { HttpCode: '200' },
        },
      ],
    });
    const group = TargetGroups[0].TargetGroupArn as string;
    const forward = `Type=forward,TargetGroupArn=${group}`;
    const { Listeners } = await aws(
      'elbv2 create-listener --protocol HTTP --port 80 --load-balancer-arn',
      balancer,
      '--default-actions',
      forward,
    ).gives({
      Listeners: [
        { Port: 80, Protocol: 'HTTP', LoadBalancerArn: balancer, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] },
      ],
    });
    const listener = Listeners[0].ListenerArn as string;
    await aws(
      'elbv2 create-listener --protocol HTTP --port 80 --load-balancer-arn',
      balancer,
      '--default-actions',
      forward,
    ).isRefused('DuplicateListener');
    const { Rules } = await aws(
      'elbv2 create-rule --priority 10 --conditions Field=path-pattern,Values=/cart/* --listener-arn',
      listener,
      '--actions',
      forward,
    ).gives({ Rules: [{ Priority: '10', IsDefault: false, Conditions: [{ Field: 'path-pattern', Values: ['/cart/*'] }] }] });
    await aws('elbv2 describe-rules --query Rules[].Priority --output text --listener-arn', listener).prints('10\tdefault');
    await aws(
      'elbv2 create-rule --priority 10 --conditions Field=path-pattern,Values=/x --listener-arn',
      listener,
      '--actions',
      forward,
    ).isRefused('PriorityInUse', /currently in use/);
    await aws('elbv2 register-targets --target-group-arn', group, '--targets', 'Id=10.20.0.7,Port=8080').isSilent();
    await aws('elbv2 describe-target-health --target-group-arn', group).gives({
      TargetHealthDescriptions: [
        { Target: { Id: '10.20.0.7', Port: 8080 }, TargetHealth: { State: 'initial', Reason: 'Elb.RegistrationInProgress' } },
      ],
    });
    await served().pace(LOOK_SECONDS, () => aws('elbv2 wait target-in-service --target-group-arn', group).isSilent());
    await aws('elbv2 deregister-targets --target-group-arn', group, '--targets', 'Id=10.20.0.7').isSilent();
    await aws(
      'elbv2 describe-target-health --query TargetHealthDescriptions[].TargetHealth.State --output text --target-group-arn',
      group,
    ).prints('draining');
    await served().pace(LOOK_SECONDS, () =>
      aws('elbv2 wait target-deregistered --target-group-arn', group, '--targets', 'Id=10.20.0.7,Port=8080').isSilent(),
    );
    await aws('elbv2 delete-target-group --target-group-arn', group).isRefused('ResourceInUse');
    await aws('elbv2 delete-rule --rule-arn', Rules[0].RuleArn).isSilent();
    await aws('elbv2 delete-listener --listener-arn', listener).isSilent();
    await aws('elbv2 delete-target-group --target-group-arn', group).isSilent();
    await aws('elbv2 delete-load-balancer --load-balancer-arn', balancer).isSilent();
    await aws('elbv2 wait load-balancers-deleted --load-balancer-arns', balancer).isSilent();
  });

  it.concurrent('keeps attributes and tags, and pages', async () => {
    const { vpc } = await network(aws, 21);
    const arns: string[] = [];
    for (const n of [1, 2, 3]) {
      const { TargetGroups } = await aws(
        `elbv2 create-target-group --name paged-${n} --protocol HTTP --port 80 --vpc-id`,
        vpc,
        '--tags',
        'Key=n,Value=1',
      ).gives({
        TargetGroups: [{ TargetGroupName: `paged-${n}`, TargetType: 'instance' }],
      });
      arns.push(TargetGroups[0].TargetGroupArn as string);
    }
    await aws(
      'elbv2 describe-target-groups --page-size 1 --query TargetGroups[].TargetGroupName --output text --target-group-arns',
      ...arns,
    ).isRefused('ValidationError');
    // With a page size of its own the command line leaves the paging to its user here.
    const page = await aws('elbv2 describe-target-groups --page-size 1').gives({ NextMarker: expect.any(String) });
    expect(page.TargetGroups).toHaveLength(1);
    const rest = await aws('elbv2 describe-target-groups --page-size 400 --marker', page.NextMarker).gives({});
    expect(rest).not.toHaveProperty('NextMarker');
    const found = [...page.TargetGroups, ...rest.TargetGroups].map((g: { TargetGroupArn: string }) => g.TargetGroupArn);
    expect(found).toEqual(expect.arrayContaining(arns.slice(1)));
    await aws(
      'elbv2 modify-target-group-attributes --attributes Key=deregistration_delay.timeout_seconds,Value=30 --target-group-arn',
      arns[0]!,
    ).gives({
      Attributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
    const { Attributes } = await aws('elbv2 describe-target-group-attributes --target-group-arn', arns[1]!).gives({});
    expect(Attributes).toEqual(
      expect.arrayContaining([
        { Key: 'deregistration_delay.timeout_seconds', Value: '300' },
        { Key: 'stickiness.enabled', Value: 'false' },
        { Key: 'slow_start.duration_seconds', Value: '0' },
      ]),
    );
    await aws('elbv2 add-tags --tags Key=team,Value=shop --resource-arns', arns[0]!).isSilent();
    await aws('elbv2 describe-tags --resource-arns', arns[0]!).gives({
      TagDescriptions: [
        {
          ResourceArn: arns[0],
          Tags: [
            { Key: 'n', Value: '1' },
            { Key: 'team', Value: 'shop' },
          ],
        },
      ],
    });
    await aws('elbv2 modify-target-group --health-check-path /ready --target-group-arn', arns[0]!).gives({
      TargetGroups: [{ HealthCheckPath: '/ready' }],
    });
  });

  it.concurrent('refuses as ELB does', async () => {
    await aws('elbv2 describe-load-balancers --names none').isRefused('LoadBalancerNotFound');
    await aws('elbv2 describe-target-groups --names none').isRefused('TargetGroupNotFound');
    await aws(`elbv2 describe-target-health --target-group-arn ${base}:targetgroup/none/0123456789abcdef`).isRefused(
      'TargetGroupNotFound',
    );
    await aws('elbv2 create-target-group --name=-bad --protocol HTTP --port 80').isRefused('ValidationError');
    await aws('elbv2 create-target-group --name bad --protocol SMTP --port 80').isRefused('ValidationError');
    await aws('elbv2 describe-trust-stores').isRefused('InvalidAction');
  });
});
