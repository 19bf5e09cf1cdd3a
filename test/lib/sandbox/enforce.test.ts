/** With IAM enforced a role may do only what its policies say, over every protocol and through stacks. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, DescribeClustersCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeParametersCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { served, type Credentials, type Served } from './served.js';

const HUB = '111111111111';
const SHOP = '222222222222';
const doc = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((s) => ({ Effect: 'Allow', Resource: '*', ...s })) });

let sandbox: Served;
let iam: IAMClient;
beforeAll(async () => {
  sandbox = await served([HUB, SHOP]);
  sandbox.sandbox.store.state.iam = 'enforced';
  iam = new IAMClient(sandbox.config(SHOP));
  await new SSMClient(sandbox.config(SHOP)).send(new PutParameterCommand({ Name: '/baf/a', Value: '1', Type: 'String' }));
  await new ECSClient(sandbox.config(SHOP)).send(new CreateClusterCommand({ clusterName: 'baf' }));
});
afterAll(() => sandbox.close());

/** Makes a role that this policy is all of, and assumes it. */
let n = 0;
async function as(policy: string | null, more: Partial<AssumeRoleCommandInput> & { trust?: object } = {}) {
  const RoleName = `r-${n++}`;
  const { trust, ...rest } = more;
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: HUB }, Action: ['sts:AssumeRole', 'sts:TagSession'], ...trust }],
  });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  if (policy !== null) await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policy }));
  const made = await new STSClient(sandbox.config(HUB)).send(
    new AssumeRoleCommand({ RoleArn: Role!.Arn!, RoleSessionName: 'ci', ...rest }),
  );
  return {
    config: sandbox.config(made.Credentials!),
    credentials: made.Credentials as Credentials,
    arn: made.AssumedRoleUser!.Arn!,
    RoleName,
  };
}
const text = (
  arn: string,
  action: string,
  resource: string,
  why = `because no identity-based policy allows the ${action} action`,
) => `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
const PARAMETER = `arn:aws:ssm:eu-west-1:${SHOP}:parameter/baf/a`;

describe('a role', () => {
  it('may do what its policies say, and is told what it may not in the words of each protocol', async () => {
    const { config, arn } = await as(doc({ Action: 'ssm:GetParameter', Resource: 'arn:aws:ssm:*:*:parameter/baf/*' }));
    const ssm = new SSMClient(config);
    expect((await ssm.send(new GetParameterCommand({ Name: '/baf/a' }))).Parameter!.Value).toBe('1');
    await expect(ssm.send(new PutParameterCommand({ Name: '/baf/a', Value: '2', Overwrite: true }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: text(arn, 'ssm:PutParameter', PARAMETER),
      $metadata: { httpStatusCode: 400 },
    });
    await expect(ssm.send(new DescribeParametersCommand({}))).rejects.toMatchObject({
      message: text(arn, 'ssm:DescribeParameters', `*`),
    });
    await expect(new CloudFormationClient(config).send(new DescribeStacksCommand({ StackName: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: text(arn, 'cloudformation:DescribeStacks', `arn:aws:cloudformation:eu-west-1:${SHOP}:stack/x/*`),
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new EC2Client(config).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. ${text(arn, 'ec2:DescribeVpcs', '*')}`,
    });
    await expect(
      new S3Client({ ...config, forcePathStyle: true }).send(new GetObjectCommand({ Bucket: 'state', Key: 'k' })),
    ).rejects.toMatchObject({ name: 'AccessDenied', message: text(arn, 's3:GetObject', '"arn:aws:s3:::state/k"') });
    expect((await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
  });

  it('without any policy, or unknown to IAM, may do nothing', async () => {
    const { config, arn } = await as(null);
    const read = (c: typeof config) => new SSMClient(c).send(new GetParameterCommand({ Name: '/baf/a' }));
    await expect(read(config)).rejects.toMatchObject({ message: text(arn, 'ssm:GetParameter', PARAMETER) });
    const { Credentials } = await new STSClient(sandbox.config(HUB)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${SHOP}:role/unknown`, RoleSessionName: 'ss' }),
    );
    await expect(read(sandbox.config(Credentials!))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(read(sandbox.config(SHOP))).resolves.toBeDefined();
  });

  it('is stopped by a Deny, by its boundary and by the policies of its session', async () => {
    const all = doc({ Action: '*' });
    const read = (c: typeof denied.config) => new SSMClient(c).send(new GetParameterCommand({ Name: '/baf/a' }));
    const denied = await as(doc({ Action: '*' }, { Effect: 'Deny', Action: 'ssm:Get*' }));
    await expect(read(denied.config)).rejects.toMatchObject({
      message: text(denied.arn, 'ssm:GetParameter', PARAMETER, 'with an explicit deny in an identity-based policy'),
    });
    const session = await as(all, { Policy: doc({ Action: 'ecs:*' }) });
    await expect(read(session.config)).rejects.toMatchObject({
      message: text(session.arn, 'ssm:GetParameter', PARAMETER, 'because no session policy allows the ssm:GetParameter action'),
    });
    await new ECSClient(session.config).send(new DescribeClustersCommand({ clusters: ['baf'] }));
    const managed = await as(all, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess' }] });
    await expect(read(managed.config)).resolves.toBeDefined();
    await expect(new ECSClient(managed.config).send(new DescribeClustersCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const bounded = await as(all);
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/CloudWatchLogsFullAccess';
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: bounded.RoleName, PermissionsBoundary }));
    await expect(read(bounded.config)).rejects.toMatchObject({
      message: text(
        bounded.arn,
        'ssm:GetParameter',
        PARAMETER,
        'because no permissions boundary allows the ssm:GetParameter action',
      ),
    });
  });

  it('gets rights the moment a policy is attached, and by its tags', async () => {
    const { config, RoleName } = await as(null);
    const ssm = new SSMClient(config);
    await expect(ssm.send(new GetParameterCommand({ Name: '/baf/a' }))).rejects.toThrow();
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess' }));
    await expect(ssm.send(new GetParameterCommand({ Name: '/baf/a' }))).resolves.toBeDefined();
    const own = doc({ Action: 'ssm:GetParameter', Resource: 'arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/tree}/*' });
    const tagged = await as(own, { Tags: [{ Key: 'tree', Value: 'baf' }] });
    await expect(new SSMClient(tagged.config).send(new GetParameterCommand({ Name: '/baf/a' }))).resolves.toBeDefined();
    const other = await as(own, { Tags: [{ Key: 'tree', Value: 'shop' }] });
    await expect(new SSMClient(other.config).send(new GetParameterCommand({ Name: '/baf/a' }))).rejects.toThrow();
  });

  it('must be allowed to pass the roles of tasks, and to set tags', async () => {
    const executionRoleArn = `arn:aws:iam::${SHOP}:role/baf-task-execution`;
    const register = (config: Awaited<ReturnType<typeof as>>['config'], more: object = {}) =>
      new ECSClient(config).send(
        new RegisterTaskDefinitionCommand({
          family: 'ui',
          executionRoleArn,
          containerDefinitions: [{ name: 'ui', image: 'ui:1', memory: 128 }],
          ...more,
        }),
      );
    const bare = await as(doc({ Action: 'ecs:RegisterTaskDefinition' }));
    await expect(register(bare.config)).rejects.toMatchObject({ message: text(bare.arn, 'iam:PassRole', executionRoleArn) });
    const pass = (PassedTo: string) =>
      doc(
        { Action: 'ecs:RegisterTaskDefinition' },
        { Action: 'iam:PassRole', Condition: { StringEquals: { 'iam:PassedToService': PassedTo } } },
      );
    await expect(register((await as(pass('ec2.amazonaws.com'))).config)).rejects.toThrow(/iam:PassRole/);
    const able = await as(pass('ecs-tasks.amazonaws.com'));
    await expect(register(able.config)).resolves.toBeDefined();
    await expect(register(able.config, { tags: [{ key: 'a', value: 'b' }] })).rejects.toThrow(/ecs:TagResource/);
  });

  it('assumes another role only with the right to, and a trust policy that names it is enough in its account', async () => {
    const target = `arn:aws:iam::${HUB}:role/far`;
    const hub = new IAMClient(sandbox.config(HUB));
    const trust = (AWS: string) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }] });
    await hub.send(new CreateRoleCommand({ RoleName: 'far', AssumeRolePolicyDocument: trust(SHOP) }));
    const assume = (config: Awaited<ReturnType<typeof as>>['config'], RoleArn: string) =>
      new STSClient(config).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'next' }));
    const bare = await as(null);
    await expect(assume(bare.config, target)).rejects.toMatchObject({
      message: `User: ${bare.arn} is not authorized to perform: sts:AssumeRole on resource: ${target}`,
    });
    await expect(assume((await as(doc({ Action: 'sts:AssumeRole', Resource: target }))).config, target)).resolves.toBeDefined();
    const bareRole = `arn:aws:iam::${SHOP}:role/${bare.RoleName}`;
    await iam.send(new CreateRoleCommand({ RoleName: 'near', AssumeRolePolicyDocument: trust(bareRole) }));
    await iam.send(new CreateRoleCommand({ RoleName: 'near-account', AssumeRolePolicyDocument: trust(SHOP) }));
    await expect(assume(bare.config, `arn:aws:iam::${SHOP}:role/near`)).resolves.toBeDefined();
    await expect(assume(bare.config, `arn:aws:iam::${SHOP}:role/near-account`)).rejects.toThrow(/not authorized/);
  });

  it('needs the rights for what its stacks make', async () => {
    const TemplateBody = JSON.stringify({
      Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/baf/x' } } },
    });
    const able = await as(doc({ Action: 'cloudformation:*' }));
    const client = new CloudFormationClient(able.config);
    await client.send(new CreateStackCommand({ StackName: 'mine', TemplateBody, OnFailure: 'DO_NOTHING' }));
    sandbox.pass(30);
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'mine' }));
    const failed = StackEvents!.find((e) => e.LogicalResourceId === 'Logs' && e.ResourceStatus === 'CREATE_FAILED');
    expect(failed!.ResourceStatusReason).toMatch(
      new RegExp(
        `${able.arn} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:.*HandlerErrorCode: AccessDenied`,
      ),
    );
  });
});

describe('what was asked', () => {
  it('is counted by role and action, and unknown operations are not', async () => {
    const { config, RoleName } = await as(doc({ Action: 'ssm:GetParameter' }));
    const ssm = new SSMClient(config);
    await ssm.send(new GetParameterCommand({ Name: '/baf/a' }));
    await expect(ssm.send(new PutParameterCommand({ Name: '/baf/b', Value: '2', Type: 'String' }))).rejects.toThrow();
    await expect(new EC2Client(config).send(new DescribeInstancesCommand({}))).rejects.toThrow();
    const report = (await (await fetch(`${sandbox.endpoint}/_baf/iam`, { method: 'POST' })).json()) as {
      enforced: boolean;
      access: { role: string }[];
    };
    expect(report.enforced).toBe(true);
    expect(report.access.filter((a) => a.role.endsWith(`/${RoleName}`) && !JSON.stringify(a).includes('ec2:'))).toEqual([
      { role: `arn:aws:iam::${SHOP}:role/${RoleName}`, action: 'ssm:GetParameter', allowed: 1, denied: 0 },
      { role: `arn:aws:iam::${SHOP}:role/${RoleName}`, action: 'ssm:PutParameter', allowed: 0, denied: 1 },
    ]);
  });

  it('is not asked any more when it is switched off', async () => {
    const { config } = await as(null);
    await fetch(`${sandbox.endpoint}/_baf/iam`, { method: 'POST', body: 'off' });
    await expect(new SSMClient(config).send(new GetParameterCommand({ Name: '/baf/a' }))).resolves.toBeDefined();
    await fetch(`${sandbox.endpoint}/_baf/iam`, { method: 'POST', body: 'on' });
    await expect(new SSMClient(config).send(new GetParameterCommand({ Name: '/baf/a' }))).rejects.toThrow();
  });
});
