/** A sandbox with IAM enforced, where people's roles hold what docs/policies says, and sessions that carry who it is. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AccessRequest } from '../../../src/lib/access/record.js';
import type { PolicyDocument } from '../../../src/lib/access/policy.js';
import type { Clients } from '../../../src/lib/aws/clients.js';
import { createGateways } from '../../../src/lib/aws/gateways.js';
import { needRequest } from '../../../src/lib/engine/access.js';
import { approveRequests, denyRequest, revokeRequest, type Answering } from '../../../src/lib/engine/access-answer.js';
import type { AccessRoles } from '../../../src/lib/engine/access-policies.js';
import type { Effects } from '../../../src/lib/engine/effects.js';
import type { Clock } from '../../../src/lib/model/clock.js';
import type { Target } from '../../../src/lib/model/target.js';
import { served, type Served } from '../sandbox/served.js';

export const HUB = '111111111111';
const ACCOUNTS = { canary: '222222222222', prod: '333333333333' };
export const rules = { approvers: ['ben', 'eva'], maxForMs: 4 * 3_600_000 };
const file = (name: string): string => readFileSync(resolve('docs/policies', name), 'utf8');

export const roles: AccessRoles = {
  environment: 'prod',
  home: target('canary'),
  accounts: [target('canary'), target('prod')],
  role: 'baf-deploy',
  roleArn: 'arn:aws:iam::*:role/baf-deploy',
  deploying: JSON.parse(file('baf-deploy.json')) as PolicyDocument,
};

function target(account: keyof typeof ACCOUNTS): Target {
  return { name: `${account}/eu-west-1`, account, accountId: ACCOUNTS[account], region: 'eu-west-1' };
}

export interface Scene {
  readonly sandbox: Served;
  /** What this person's sessions of the platform's role can do. */
  as(person: string | null): Effects;
  answering(by: string): Answering;
  approve(by: string, ...ids: string[]): ReturnType<typeof approveRequests>;
  deny(by: string, id: string): ReturnType<typeof denyRequest>;
  revoke(by: string, id: string): ReturnType<typeof revokeRequest>;
  request(id: string): Promise<AccessRequest>;
  /** `ok`, or the code of AWS's refusal, for `ecs:UpdateService` by that person in an account. */
  deploys(person: string | null, account?: keyof typeof ACCOUNTS): Promise<string>;
  policies(account?: keyof typeof ACCOUNTS): Promise<string[]>;
  /** Sessions anew: those that were handed out have ended. */
  renew(): void;
  close(): Promise<void>;
}

export async function accessScene(): Promise<Scene> {
  const sandbox = await served([HUB, ...Object.values(ACCOUNTS)], { readsTrailMs: 1000 });
  for (const account of Object.values(ACCOUNTS)) await furnish(sandbox, account);
  sandbox.sandbox.store.state.iam = 'enforced';
  const sessions = new Map<string, Promise<object>>();
  const session = (person: string | null, account: string): Promise<object> => {
    const key = `${person} ${account}`;
    const made =
      sessions.get(key) ??
      new STSClient(sandbox.config(HUB))
        .send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${account}:role/baf-deploy`,
            RoleSessionName: `baf-${person ?? 'nobody'}`,
            DurationSeconds: 12 * 3600,
            ...(person === null ? {} : { SourceIdentity: person }),
          }),
        )
        .then(({ Credentials }) => Credentials!);
    sessions.set(key, made);
    return made;
  };
  const clientsOf =
    (person: string | null): Clients =>
    (where, make) => {
      let client: ReturnType<typeof make> | null = null;
      return () =>
        (client ??= session(person, where.accountId).then((keys) => make(sandbox.config(keys, where.region) as never)));
    };
  const clock: Clock = {
    now: () => sandbox.clock.now(),
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      sandbox.pass(ms / 1000);
      return Promise.resolve();
    },
  };
  const effects = new Map<string | null, Effects>();
  const as = (person: string | null): Effects => {
    const made = effects.get(person) ?? { at: createGateways(clientsOf(person), clock), clock, actor: person ?? 'nobody' };
    effects.set(person, made);
    return made;
  };
  const answering = (by: string): Answering => ({
    roles,
    rules,
    by,
    writersOf: (name) => [name, `baf-${name}`],
    rolesMayBeMissing: false,
  });
  const request = (id: string) => needRequest(roles, id, as('ben'));
  return {
    sandbox,
    as,
    answering,
    request,
    async approve(by, ...ids) {
      return approveRequests(await Promise.all(ids.map(request)), answering(by), as(by));
    },
    deny: async (by, id) => denyRequest(await request(id), null, answering(by), as(by)),
    revoke: async (by, id) => revokeRequest(await request(id), null, answering(by), as(by)),
    async deploys(person, account = 'prod') {
      const keys = await session(person, ACCOUNTS[account]);
      try {
        await new ECSClient(sandbox.config(keys)).send(
          new UpdateServiceCommand({ cluster: 'baf', service: 'ui', forceNewDeployment: true }),
        );
        return 'ok';
      } catch (error) {
        return (error as Error).name;
      }
    },
    async policies(account = 'prod') {
      const iam = new IAMClient(sandbox.config(ACCOUNTS[account]));
      return (await iam.send(new ListRolePoliciesCommand({ RoleName: 'baf-deploy' }))).PolicyNames!;
    },
    renew() {
      sessions.clear();
      effects.clear();
    },
    close: () => sandbox.close(),
  };
}

async function furnish(sandbox: Served, account: string): Promise<void> {
  const ecs = new ECSClient(sandbox.config(account));
  await ecs.send(new CreateClusterCommand({ clusterName: 'baf' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'ui',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'ui', image: 'public.ecr.aws/x/ui:1' }],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'baf',
      serviceName: 'ui',
      taskDefinition: 'ui',
      desiredCount: 0,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: [await subnetOf(sandbox, account)] } },
    }),
  );
  const iam = new IAMClient(sandbox.config(account));
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: HUB }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] }],
  };
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'baf-deploy',
      AssumeRolePolicyDocument: JSON.stringify(trust),
      MaxSessionDuration: 43_200,
    }),
  );
  for (const name of ['baf-access', 'baf-approve']) {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: file(`${name}.json`) }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'baf-deploy', PolicyArn: Policy!.Arn! }));
  }
}

async function subnetOf(sandbox: Served, account: string): Promise<string> {
  const { CreateSubnetCommand, CreateVpcCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  const ec2 = new EC2Client(sandbox.config(account));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.0.0/24' }));
  return Subnet!.SubnetId!;
}
