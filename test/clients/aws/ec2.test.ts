import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT } from '../served.js';

withAws('ec2', 25, (aws) => {
  it.concurrent('has networks', async () => {
    const { Vpc } = await aws('ec2 create-vpc --cidr-block 10.9.0.0/16').gives({
      Vpc: {
        VpcId: expect.stringMatching(/^vpc-[0-9a-f]{17}$/),
        CidrBlock: '10.9.0.0/16',
        OwnerId: ACCOUNT,
        IsDefault: false,
        InstanceTenancy: 'default',
      },
    });
    await aws('ec2 wait vpc-available --vpc-ids', Vpc.VpcId).isSilent();
    const { Subnet } = await aws(
      'ec2 create-subnet --cidr-block 10.9.1.0/24 --availability-zone eu-west-1a --vpc-id',
      Vpc.VpcId,
    ).gives({
      Subnet: { VpcId: Vpc.VpcId, AvailabilityZone: 'eu-west-1a', AvailableIpAddressCount: 251, MapPublicIpOnLaunch: false },
    });
    await aws('ec2 wait subnet-available --subnet-ids', Subnet.SubnetId).isSilent();
    await aws('ec2 create-subnet --cidr-block 10.9.1.0/25 --vpc-id', Vpc.VpcId).isRefused('InvalidSubnet.Conflict');
    await aws('ec2 create-subnet --cidr-block 10.8.1.0/24 --vpc-id', Vpc.VpcId).isRefused('InvalidSubnet.Range');
    await aws('ec2 create-tags --resources', Subnet.SubnetId, '--tags', 'Key=Name,Value=front').isSilent();
    await aws('ec2 describe-subnets --filters Name=tag:Name,Values=front').gives({
      Subnets: [{ SubnetId: Subnet.SubnetId, State: 'available', Tags: [{ Key: 'Name', Value: 'front' }] }],
    });
    await aws('ec2 describe-vpcs --query Vpcs[].[CidrBlock,State] --output text --vpc-ids', Vpc.VpcId).prints(
      '10.9.0.0/16\tavailable',
    );
    await aws('ec2 modify-vpc-attribute --enable-dns-hostnames --vpc-id', Vpc.VpcId).isSilent();
    await aws('ec2 describe-vpc-attribute --attribute enableDnsHostnames --vpc-id', Vpc.VpcId).gives({
      EnableDnsHostnames: { Value: true },
    });
    await aws('ec2 delete-vpc --vpc-id', Vpc.VpcId).isRefused('DependencyViolation', /has dependencies and cannot be deleted/);
    await aws('ec2 delete-subnet --subnet-id', Subnet.SubnetId).isSilent();
    await aws('ec2 delete-vpc --vpc-id', Vpc.VpcId).isSilent();
    await aws('ec2 describe-vpcs --vpc-ids', Vpc.VpcId).isRefused('InvalidVpcID.NotFound', /does not exist/);
  });

  it.concurrent('has security groups with rules', async () => {
    const { Vpc } = await aws('ec2 create-vpc --cidr-block 10.7.0.0/16').gives({ Vpc: { CidrBlock: '10.7.0.0/16' } });
    const { GroupId } = await aws(
      'ec2 create-security-group --group-name ui --description',
      'the front',
      '--vpc-id',
      Vpc.VpcId,
    ).gives({
      GroupId: expect.stringMatching(/^sg-[0-9a-f]{17}$/),
    });
    await aws('ec2 create-security-group --group-name ui --description again --vpc-id', Vpc.VpcId).isRefused(
      'InvalidGroup.Duplicate',
    );
    await aws('ec2 authorize-security-group-ingress --protocol tcp --port 8080 --cidr 10.7.0.0/16 --group-id', GroupId).gives({
      Return: true,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: expect.stringMatching(/^sgr-[0-9a-f]{17}$/),
          IsEgress: false,
          IpProtocol: 'tcp',
          FromPort: 8080,
          ToPort: 8080,
          CidrIpv4: '10.7.0.0/16',
        },
      ],
    });
    await aws('ec2 authorize-security-group-ingress --protocol tcp --port 8080 --cidr 10.7.0.0/16 --group-id', GroupId).isRefused(
      'InvalidPermission.Duplicate',
    );
    await aws('ec2 describe-security-groups --group-ids', GroupId).gives({
      SecurityGroups: [
        {
          GroupName: 'ui',
          Description: 'the front',
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '10.7.0.0/16' }] }],
          IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        },
      ],
    });
    await aws(
      'ec2 describe-security-group-rules --query',
      'length(SecurityGroupRules)',
      '--filters',
      `Name=group-id,Values=${GroupId}`,
    ).prints('2');
    await aws('ec2 revoke-security-group-ingress --protocol tcp --port 8080 --cidr 10.7.0.0/16 --group-id', GroupId).gives({
      Return: true,
    });
    await aws('ec2 delete-security-group --group-id', GroupId).gives({ Return: true });
    await aws('ec2 describe-security-groups --group-ids', GroupId).isRefused('InvalidGroup.NotFound');
  });

  it.concurrent('knows zones, says what would be done, and refuses as EC2 does', async () => {
    await aws('ec2 describe-availability-zones --query AvailabilityZones[].ZoneName --output text').prints(
      'eu-west-1a\teu-west-1b\teu-west-1c',
    );
    await aws('ec2 create-vpc --cidr-block 10.5.0.0/16 --dry-run').isRefused('DryRunOperation', /DryRun flag is set/);
    await aws('ec2 create-vpc --cidr-block ten').isRefused('InvalidParameterValue');
    await aws('ec2 describe-subnets --subnet-ids subnet-0a1b2c3d4e5f60718').isRefused('InvalidSubnetID.NotFound');
    for (const n of [1, 2, 3]) {
      const { Vpc } = await aws(
        `ec2 create-vpc --cidr-block 10.${n}.0.0/16 --tag-specifications ResourceType=vpc,Tags=[{Key=set,Value=paged}]`,
      ).gives({
        Vpc: { Tags: [{ Key: 'set', Value: 'paged' }] },
      });
      expect(Vpc.CidrBlock).toBe(`10.${n}.0.0/16`);
    }
    await aws('ec2 describe-vpcs --filters Name=tag:set,Values=paged --max-items 2 --page-size 5 --query', 'length(Vpcs)').prints(
      '2',
    );
    await aws('ec2 describe-fleets').isRefused('InvalidAction');
  });
});
