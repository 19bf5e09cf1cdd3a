/** A task's network interface, as EC2 shows it: there while the task is, and in the way of what it uses. */
import { describe, expect, it } from 'vitest';
import { networkIds, seedNetwork } from '../../../src/lib/sandbox/seed-network.js';
import { ACCOUNT, REGION } from './drive.js';
import { scene } from './ecs-scene.js';

describe('interfaces of tasks', () => {
  it('are shown by EC2 as ECS names them, and gone when the task has stopped', () => {
    const s = scene();
    const place = { account: ACCOUNT, region: REGION };
    const { vpc, subnets } = networkIds(place);
    seedNetwork(s.d.sandbox, place);
    const ec2 = (operation: string, input: object) => s.d.call('ec2', operation, input);
    const { GroupId } = ec2('CreateSecurityGroup', { GroupName: 'app', Description: 'app', VpcId: vpc });
    const networkConfiguration = { awsvpcConfiguration: { subnets, securityGroups: [GroupId] } };
    s.create({ taskDefinition: s.register('app:1'), networkConfiguration });
    s.d.pass(120);
    const { tasks } = s.ecs('DescribeTasks', { tasks: s.ecs('ListTasks').taskArns });
    for (const task of tasks) {
      const details = Object.fromEntries(
        task.attachments[0].details.map(({ name, value }: { name: string; value: string }) => [name, value]),
      ) as Record<string, string>;
      const [eni] = ec2('DescribeNetworkInterfaces', { NetworkInterfaceIds: [details['networkInterfaceId']] }).NetworkInterfaces;
      expect(eni).toMatchObject({
        SubnetId: details['subnetId'],
        PrivateIpAddress: details['privateIPv4Address'],
        AvailabilityZone: task.availabilityZone,
        VpcId: vpc,
        Status: 'in-use',
        Groups: [{ GroupId, GroupName: 'app' }],
      });
    }
    const inGroup = { Filters: [{ Name: 'group-id', Values: [GroupId] }] };
    expect(ec2('DescribeNetworkInterfaces', inGroup).NetworkInterfaces).toHaveLength(2);
    expect(() => ec2('DeleteSecurityGroup', { GroupId })).toThrow(/dependent object/);
    expect(() => ec2('DeleteSubnet', { SubnetId: tasks[0].attachments[0].details[0].value })).toThrow(/dependencies/);
    s.ecs('DeleteService', { service: 'app', force: true });
    s.d.pass(180);
    expect(ec2('DescribeNetworkInterfaces', inGroup).NetworkInterfaces).toEqual([]);
    ec2('DeleteSecurityGroup', { GroupId });
  });

  it('stand in the default group where none is named', () => {
    const s = scene();
    const place = { account: ACCOUNT, region: REGION };
    const { subnets } = networkIds(place);
    seedNetwork(s.d.sandbox, place);
    s.create({ networkConfiguration: { awsvpcConfiguration: { subnets } } });
    s.d.pass(60);
    const { NetworkInterfaces } = s.d.call('ec2', 'DescribeNetworkInterfaces', {});
    expect(NetworkInterfaces).toHaveLength(2);
    for (const { Groups } of NetworkInterfaces) expect(Groups[0].GroupName).toBe('default');
  });
});
