/** docs/policies/baf-tags-read.json is enough to look at deploy tags, baf-tags.json to change them, and neither is more. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CreateServiceCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand, LabelParameterVersionCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect, it } from 'vitest';
import { openSandbox, readFiles } from '../../../src/lib/app.js';
import { sandboxIam } from '../../../src/lib/command/iam.js';
import { diffTags, driftTags, historyOfTag } from '../../../src/lib/command/tags-compare.js';
import { exportTags, importTags } from '../../../src/lib/command/tags-file.js';
import { labelTags, pinTags, unpinTags } from '../../../src/lib/command/tags-pin.js';
import { promoteTags } from '../../../src/lib/command/tags-promote.js';
import { rollbackTags, setTag } from '../../../src/lib/command/tags-set.js';
import { getTag, listTags } from '../../../src/lib/command/tags.js';
import type { OpenSandbox } from '../../../src/lib/sandbox/start.js';

let dir: string;
let sandbox: OpenSandbox;
const base = () => ({
  ...{ dir, sandbox: true, speed: 60, yes: true, 'no-input': true, 'no-color': true, verbose: false, progress: 'none' },
  'exit-code': false,
});
const prod = () => ({ ...base(), env: 'prod' });
const user = (accessKeyId: string) => ({
  region: 'eu-west-1',
  endpoint: sandbox.endpoint,
  credentials: { accessKeyId, secretAccessKey: 'x' },
});
const policy = (name: string): string => readFileSync(resolve('docs/policies', `${name}.json`), 'utf8');
/**
 * For what is too old to be made here: deployments from before there were service revisions, and tickets of locks that were
 * given back long ago.
 */
const FOR_OLD = ['ecs:DescribeTaskDefinition', 'ssm:DeleteParameter'];
const actionsOf = (name: string): string[] => {
  const { Statement } = JSON.parse(policy(name)) as { Statement: { Action: string | string[] }[] };
  return [...new Set(Statement.flatMap(({ Action }) => Action))].filter((action) => !FOR_OLD.includes(action)).sort();
};

/** Roles that hold this policy, a tag in staging that runs, and IAM enforced. */
async function open(name: string): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'baf-tags-policy-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  process.env['BAF_ACTOR'] = 'ana';
  const { project, platform } = await readFiles(base());
  sandbox = await openSandbox(project, platform, base());
  for (const account of Object.values(platform.accounts)) {
    const iam = new IAMClient(user(account));
    const Principal = { AWS: Object.values(platform.accounts)[0] };
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
    await iam.send(new CreateRoleCommand({ RoleName: 'baf-deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'baf-deploy', PolicyName: name, PolicyDocument: policy(name) }));
  }
  const ssm = new SSMClient(user('111111111111'));
  const ecs = new ECSClient(user('111111111111'));
  const Name = '/baf/tags/staging/ui';
  await ssm.send(new PutParameterCommand({ Name, Value: '1.3.0', Type: 'String' }));
  await ssm.send(new LabelParameterVersionCommand({ Name, Labels: ['live'] }));
  const image = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/retail-store-sample-ui:1.3.0';
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'x', cpu: '256', memory: '512', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] },
      executionRoleArn: 'arn:aws:iam::111111111111:role/baf-task-execution',
      containerDefinitions: [{ name: 'x', image }],
    }),
  );
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/baf/platform/subnet-ids' }));
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster: 'baf', serviceName: 'retail-store-staging-ui', taskDefinition: 'x', desiredCount: 1, launchType: 'FARGATE' },
      networkConfiguration: { awsvpcConfiguration: { subnets: Parameter!.Value!.split(',') } },
    }),
  );
  await new Promise((done) => setTimeout(done, 500));
  await sandboxIam('on', base());
}
afterEach(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});
const access = async () => (await sandboxIam(null, base())).json.iam.access;
const usedNow = async (): Promise<string[]> =>
  [...new Set((await access()).filter((a) => a.allowed > 0).map((a) => a.action))].filter((a) => !FOR_OLD.includes(a)).sort();

it('who may read sees everything, writes nothing, and has no right that is not used', async () => {
  await open('baf-tags-read');
  expect((await listTags([], base())).exitCode).toBe(0);
  expect((await listTags([], { ...base(), at: '1s' })).exitCode).toBe(0);
  expect((await getTag('ui', { ...base(), env: 'staging' })).text).toBe('1.3.0');
  expect((await historyOfTag('ui', { ...base(), env: ['staging'] })).exitCode).toBe(0);
  expect((await diffTags('staging', 'prod', base())).exitCode).toBe(0);
  expect((await driftTags([], base())).exitCode).toBe(0);
  expect((await exportTags([], base())).text).toMatch(/staging:\n {2}ui: "1\.3\.0"/);
  expect((await access()).filter((a) => a.denied > 0)).toEqual([]);
  expect(await usedNow()).toEqual(actionsOf('baf-tags-read'));
  await expect(setTag('ui', '1.4.0', { ...base(), env: 'staging' })).rejects.toMatchObject({ code: 'AccessDenied', exitCode: 3 });
});

it('who may write sets, promotes, pins, rolls back, labels and imports, and has no right that is not used', async () => {
  await open('baf-tags');
  const promote = (more: object = {}) =>
    promoteTags({
      ...{ ...base(), services: ['ui'], to: 'prod', all: false, resume: false, plan: false, deploy: false },
      ...more,
    });
  expect((await promote()).exitCode).toBe(0);
  expect((await setTag('ui', '1.4.0', { ...base(), env: 'staging' })).exitCode).toBe(0);
  expect((await promote()).exitCode).toBe(0);
  expect((await labelTags('ui', 'tried', { ...prod(), remove: false })).exitCode).toBe(0);
  expect((await labelTags('ui', 'tried', { ...prod(), remove: true })).exitCode).toBe(0);
  expect((await rollbackTags('ui', { ...prod(), to: '1.3.0' })).exitCode).toBe(0);
  await expect(promote()).rejects.toMatchObject({ code: 'Pinned', exitCode: 4 });
  expect((await unpinTags({ ...prod(), services: ['ui'] })).exitCode).toBe(0);
  expect((await pinTags({ ...prod(), services: ['ui'], reason: 'holidays' })).exitCode).toBe(0);
  const file = join(dir, 'tags.yaml');
  await exportTags([], { ...base(), output: file });
  expect((await importTags(file, { ...base(), plan: false })).exitCode).toBe(0);
  expect((await access()).filter((a) => a.denied > 0)).toEqual([]);
  expect(await usedNow()).toEqual(actionsOf('baf-tags'));
});
