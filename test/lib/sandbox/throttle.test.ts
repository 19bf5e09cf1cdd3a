/** The token buckets: how much passes at once, and how they fill again. */
import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../../src/lib/sandbox/throttle.js';

const HERE = '111111111111/eu-west-1';
const passed = (throttle: ReturnType<typeof createThrottle>, service: string, operation: string, calls: number, at = 0): number =>
  Array.from({ length: calls }, () => throttle.take(HERE, service, operation, at)).filter(Boolean).length;

describe('token buckets', () => {
  it('let a burst pass, then what has been refilled', () => {
    const throttle = createThrottle();
    expect(passed(throttle, 'ecs', 'UpdateService', 60)).toBe(50);
    expect(passed(throttle, 'ecs', 'CreateService', 60, 2_000)).toBe(10);
    expect(passed(throttle, 'ecs', 'DescribeServices', 101, 2_000)).toBe(100);
    expect(passed(throttle, 'ecs', 'UpdateService', 100, 3_600_000)).toBe(50);
  });

  it('are of one account and region', () => {
    const throttle = createThrottle();
    expect(passed(throttle, 'ssm', 'PutParameter', 5)).toBe(3);
    expect(throttle.take('111111111111/us-east-1', 'ssm', 'PutParameter', 0)).toBe(true);
  });

  it("are each operation's own in EC2, and shared in the portal of single sign-on", () => {
    const throttle = createThrottle();
    expect(passed(throttle, 'ec2', 'DescribeVpcs', 120)).toBe(100);
    expect(passed(throttle, 'ec2', 'DescribeSubnets', 120)).toBe(100);
    expect(passed(throttle, 'ec2', 'CreateSubnet', 60)).toBe(50);
    expect(
      passed(throttle, 'awsssoportal', 'ListAccounts', 15) + passed(throttle, 'awsssoportal', 'GetRoleCredentials', 15),
    ).toBe(20);
  });

  it('are larger where the account pays for more', () => {
    const throttle = createThrottle((where, service) => where === HERE && service === 'ssm');
    expect(passed(throttle, 'ssm', 'PutParameter', 20)).toBe(10);
    expect(passed(throttle, 'ssm', 'GetParameters', 500)).toBe(500);
  });

  it('hold looks at stacks together, whatever they ask for', () => {
    const throttle = createThrottle();
    expect(passed(throttle, 'cloudformation', 'DescribeStacks', 110)).toBe(10);
    expect(passed(throttle, 'cloudformation', 'DescribeStacks', 110, 1_000)).toBe(5);
    expect(passed(throttle, 'cloudformation', 'CreateStack', 50)).toBe(50);
  });

  it('hold nothing that has no limit', () => expect(passed(createThrottle(), 's3', 'GetObject', 5_000)).toBe(5_000));
});
