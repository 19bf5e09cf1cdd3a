/**
 * docs/policies/baf-settings.json is enough for settings and secrets and no more, with IAM enforced; so is baf-task-roles.json for
 * the execution roles that stacks make under the boundary, where the platform publishes one.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox, readFiles } from '../../../src/lib/app.js';
import { sandboxIam } from '../../../src/lib/command/iam.js';
import { listSecrets, rotateCheck, setSecret, unsetSecret } from '../../../src/lib/command/secrets.js';
import { listSettings, settingHistory } from '../../../src/lib/command/settings.js';
import { setSetting, unsetSetting } from '../../../src/lib/command/settings-write.js';
import { execService } from '../../../src/lib/command/ssm-exec.js';
import { downStaging, upStaging } from '../../../src/lib/command/staging.js';
import type { OpenSandbox } from '../../../src/lib/sandbox/start.js';

const policy = (name: string): string => readFileSync(resolve('docs/policies', `${name}.json`), 'utf8');
const actionsOf = (name: string): string[] => {
  const { Statement } = JSON.parse(policy(name)) as { Statement: { Action: string | string[] }[] };
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
};

let dir: string;
let sandbox: OpenSandbox;
const base = () => ({
  dir,
  sandbox: true,
  speed: 60,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'none',
});
const user = (accessKeyId: string) => ({
  region: 'eu-west-1',
  endpoint: sandbox.endpoint,
  credentials: { accessKeyId, secretAccessKey: 'x' },
});
const edit = (from: string, to: string): void => {
  const file = join(dir, 'baf.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};
const TASKS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const OLD = '    secrets: { RETAIL_CATALOG_PERSISTENCE_PASSWORD: retail/catalog-db-password }';
const NEW = '    settings: { LEVEL: level }\n    secrets: { DB: { key: db }, PAY: { key: pay, store: secretsmanager } }';

/** A sandbox whose roles hold these policies, each by its file's name. */
async function open(policies: readonly string[]): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'baf-settings-policy-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  process.env['BAF_ACTOR'] = 'ana';
  const { project, platform } = await readFiles(base());
  sandbox = await openSandbox(project, platform, base());
  for (const account of Object.values(platform.accounts)) {
    const iam = new IAMClient(user(account));
    const Principal = { AWS: Object.values(platform.accounts)[0] };
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
    await iam.send(new CreateRoleCommand({ RoleName: 'baf-deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    for (const name of policies)
      await iam.send(new PutRolePolicyCommand({ RoleName: 'baf-deploy', PolicyName: name, PolicyDocument: policy(name) }));
  }
  await sandboxIam('on', base());
}
const close = async (): Promise<void> => {
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
};
const used = async (): Promise<{ denied: string[]; allowed: string[] }> => {
  const { access } = (await sandboxIam(null, base())).json.iam;
  return {
    denied: access.filter((a) => a.denied > 0).map((a) => a.action),
    allowed: [...new Set(access.filter((a) => a.allowed > 0).map((a) => a.action))].sort(),
  };
};

describe('the policy for settings and secrets', () => {
  beforeAll(() => open(['baf-settings']));
  afterAll(close);
  it('is enough, and no more than that', async () => {
    edit(OLD, NEW);
    const prod = { ...base(), env: 'prod' };
    writeFileSync(join(dir, 'secret'), 'a secret of the policy test');
    const file = join(dir, 'secret');
    expect((await setSetting('catalog', 'level', 'info', prod)).exitCode).toBe(0);
    await setSetting('catalog', 'other', 'x', prod);
    await unsetSetting('catalog', 'other', { ...prod, force: false });
    await settingHistory('catalog', 'level', prod);
    expect((await listSettings(['catalog'], { ...base(), env: ['prod'] })).exitCode).toBe(0);
    await setSecret('catalog', 'db', { ...prod, store: 'ssm', file });
    await setSecret('catalog', 'pay', { ...prod, store: 'secretsmanager', file });
    expect((await listSecrets(['catalog'], { ...base(), env: ['prod'] })).exitCode).toBe(0);
    expect(await execService('catalog', ['true'], { ...prod, 'only-secrets': false })).toBe(0);
    // Tasks that run, which this role could not have started.
    const { ECSClient, RegisterTaskDefinitionCommand, CreateServiceCommand } = await import('@aws-sdk/client-ecs');
    const ecs = new ECSClient(user('222222222222'));
    const containerDefinitions = [
      { name: 'x', image: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/retail-store-sample-catalog:1.3.0' },
    ];
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'x',
        cpu: '256',
        memory: '512',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        executionRoleArn: 'arn:aws:iam::222222222222:role/baf-task-execution',
        containerDefinitions,
      }),
    );
    const { SSMClient: Ssm, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    const subnets = (
      await new Ssm(user('222222222222')).send(new GetParameterCommand({ Name: '/baf/platform/subnet-ids' }))
    ).Parameter!.Value!.split(',');
    await ecs.send(
      new CreateServiceCommand({
        cluster: 'baf',
        serviceName: 'retail-store-prod-catalog',
        taskDefinition: 'x',
        desiredCount: 1,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets } },
      }),
    );
    await new Promise((done) => setTimeout(done, 1_500));
    expect((await rotateCheck(['catalog'], { ...prod, 'max-age': '90d', 'exit-code': true })).exitCode).toBe(0);
    expect((await rotateCheck(['catalog'], { ...base(), env: 'staging', 'max-age': '90d', 'exit-code': false })).exitCode).toBe(
      0,
    );
    await unsetSecret('catalog', 'db', { ...prod, store: 'ssm', force: true });
    await unsetSecret('catalog', 'pay', { ...prod, store: 'secretsmanager', force: true });
    const { denied, allowed } = await used();
    expect(denied).toEqual([]);
    expect(allowed).toEqual(actionsOf('baf-settings'));
  });
});

describe('execution roles', () => {
  beforeAll(() => open(['baf-deploy', 'baf-task-roles']));
  afterAll(close);
  it('come and go with their stacks: one for each service, under the boundary, and its tasks have it', async () => {
    const account = '111111111111';
    const iam = new IAMClient(user(account));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'baf-task-boundary', PolicyDocument: policy('baf-task-boundary') }));
    const Value = `arn:aws:iam::${account}:policy/baf-task-boundary`;
    const ssm = new SSMClient(user(account));
    await ssm.send(new PutParameterCommand({ Name: '/baf/platform/task-boundary-arn', Value, Type: 'String' }));
    const flags = { ...base(), timeout: '15m', service: ['catalog'] };
    expect((await upStaging('roles', flags)).exitCode).toBe(0);
    const roles = (await iam.send(new ListRolesCommand({ PathPrefix: '/baf/tasks/' }))).Roles ?? [];
    expect(roles).toHaveLength(1);
    const rights = await iam.send(
      new GetRolePolicyCommand({ RoleName: roles[0]!.RoleName!, PolicyName: 'settings-and-secrets' }),
    );
    expect(decodeURIComponent(rights.PolicyDocument!)).toContain('parameter/retail/catalog-db-password');
    expect(roles[0]!.Path).toBe('/baf/tasks/');
    const { ECSClient, DescribeTaskDefinitionCommand } = await import('@aws-sdk/client-ecs');
    const asked = new DescribeTaskDefinitionCommand({ taskDefinition: 'retail-store-roles-catalog' });
    const { taskDefinition } = await new ECSClient(user(account)).send(asked);
    expect(taskDefinition!.executionRoleArn).toBe(roles[0]!.Arn);
    // Without them no task starts.
    for (const Name of ['/baf/settings/staging/catalog/level', '/baf/secrets/staging/catalog/db'])
      await ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'SecureString' }));
    const { SecretsManagerClient, CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const pay = new CreateSecretCommand({ Name: 'baf/secrets/staging/catalog/pay', SecretString: 'x' });
    await new SecretsManagerClient(user(account)).send(pay);
    edit(OLD, NEW);
    expect((await upStaging('roles', flags)).exitCode).toBe(0);
    expect((await downStaging('roles', base())).text).toBe('The staging roles is gone.');
    expect((await iam.send(new ListRolesCommand({ PathPrefix: '/baf/tasks/' }))).Roles ?? []).toEqual([]);
    const { denied, allowed } = await used();
    expect(denied).toEqual([]);
    expect(actionsOf('baf-task-roles').filter((action) => !allowed.includes(action))).toEqual([]);
  });

  it('cannot be made without the boundary, elsewhere, or with other policies', async () => {
    const account = '111111111111';
    const { Credentials: c } = await new STSClient(user(account)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/baf-deploy`, RoleSessionName: 'baf-ana' }),
    );
    const credentials = {
      accessKeyId: c!.AccessKeyId!,
      secretAccessKey: c!.SecretAccessKey!,
      sessionToken: c!.SessionToken!,
    };
    const iam = new IAMClient({ ...user(account), credentials });
    const PermissionsBoundary = `arn:aws:iam::${account}:policy/baf-task-boundary`;
    const make = (RoleName: string, more: object) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TASKS, ...more })).then(
        () => 'made',
        (error: Error) => error.name,
      );
    const own = { Path: '/baf/tasks/', PermissionsBoundary };
    expect([
      await make('a', { Path: '/baf/tasks/' }),
      await make('a', { PermissionsBoundary }),
      await make('a', { ...own, PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      await make('a', own),
    ]).toEqual(['AccessDenied', 'AccessDenied', 'AccessDenied', 'made']);
    const attach = (RoleName: string, name: string) =>
      iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${name}` })).then(
        () => 'done',
        (error: Error) => error.name,
      );
    expect([
      await attach('a', 'AdministratorAccess'),
      await attach('baf-deploy', 'service-role/AmazonECSTaskExecutionRolePolicy'),
      await attach('a', 'service-role/AmazonECSTaskExecutionRolePolicy'),
    ]).toEqual(['AccessDenied', 'AccessDenied', 'done']);
  });
});
