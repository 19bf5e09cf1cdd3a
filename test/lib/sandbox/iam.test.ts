import {
  AddClientIDToOpenIDConnectProviderCommand,
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  paginateListRoles,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  waitUntilRoleExists,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { served, type Served } from './served.js';

const ACCOUNT = '111111111111';
const doc = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const TRUST = doc({ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' });
const READ = doc({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' });
const EXECUTION = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';

let sandbox: Served;
let iam: IAMClient;
let n = 0;
let name: string;
beforeAll(async () => {
  sandbox = await served([ACCOUNT]);
  iam = new IAMClient(sandbox.config(ACCOUNT));
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  name = `role-${n++}`;
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }));
});

const is = (code: string, message: string | RegExp, status: number) => ({
  name: code,
  message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  $metadata: expect.objectContaining({ httpStatusCode: status }) as object,
});

describe('a role', () => {
  it('is what was asked for, in any region, with its document percent-encoded', async () => {
    const RoleName = 'full';
    const Tags = [{ Key: 'team', Value: 'shop' }];
    const made = await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: TRUST,
        Path: '/app/',
        Description: 'runs tasks',
        MaxSessionDuration: 7200,
        Tags,
      }),
    );
    expect(made.Role).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:role/app/full`,
      RoleId: expect.stringMatching(/^AROA[0-9A-F]{17}$/) as string,
      CreateDate: new Date(sandbox.clock.now()),
    });
    const elsewhere = new IAMClient(sandbox.config(ACCOUNT, 'us-east-1'));
    const { Role } = await elsewhere.send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({ Path: '/app/', Description: 'runs tasks', MaxSessionDuration: 7200, Tags, RoleLastUsed: {} });
    expect(Role!.AssumeRolePolicyDocument).toMatch(/^%7B%22Version%22%3A/);
    expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toBe(TRUST);
    expect((await iam.send(new ListRolesCommand({ PathPrefix: '/app/' }))).Roles!.map((r) => r.RoleName)).toEqual([RoleName]);
    await waitUntilRoleExists({ client: iam, maxWaitTime: 5 }, { RoleName });
    await expect(iam.send(new CreateRoleCommand({ RoleName: 'FULL', AssumeRolePolicyDocument: TRUST }))).rejects.toMatchObject(
      is('EntityAlreadyExistsException', 'Role with name FULL already exists.', 409),
    );
    await expect(iam.send(new GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject(
      is('NoSuchEntityException', 'The role with name none cannot be found.', 404),
    );
    await expect(iam.send(new GetRoleCommand({ RoleName: 'constructor' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('is changed and tagged', async () => {
    await iam.send(new UpdateRoleCommand({ RoleName: name, Description: 'new', MaxSessionDuration: 3600 }));
    const other = doc({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: other }));
    await iam.send(
      new TagRoleCommand({
        RoleName: name,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await iam.send(new TagRoleCommand({ RoleName: name, Tags: [{ Key: 'a', Value: '3' }] }));
    await iam.send(new UntagRoleCommand({ RoleName: name, TagKeys: ['b'] }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    expect([Role!.Description, decodeURIComponent(Role!.AssumeRolePolicyDocument!)]).toEqual(['new', other]);
    expect((await iam.send(new ListRoleTagsCommand({ RoleName: name }))).Tags).toEqual([{ Key: 'a', Value: '3' }]);
    await expect(iam.send(new TagRoleCommand({ RoleName: name, Tags: [{ Key: 'aws:x', Value: '1' }] }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  it('is not deleted while something hangs on it', async () => {
    const conflict = (message: string) => is('DeleteConflictException', message, 409);
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName: name }));
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'in', PolicyDocument: READ }));
    await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must delete policies first.'));
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: EXECUTION }));
    await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must detach all policies first.'));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
    await expect(remove()).rejects.toMatchObject(
      conflict('Cannot delete entity, must remove roles from instance profile first.'),
    );
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
    await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn: EXECUTION }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: 'in' }));
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('is listed page by page', async () => {
    for (let i = 0; i < 5; i++)
      await iam.send(new CreateRoleCommand({ RoleName: `paged-${i}`, Path: '/paged/', AssumeRolePolicyDocument: TRUST }));
    const sizes: number[] = [];
    for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, { PathPrefix: '/paged/' }))
      sizes.push(page.Roles!.length);
    expect(sizes).toEqual([2, 2, 1]);
    await expect(iam.send(new ListRolesCommand({ Marker: 'nonsense' }))).rejects.toMatchObject({ message: /Invalid Marker/ });
  });
});

describe('policies of a role', () => {
  it('inline are kept under their names', async () => {
    const PolicyName = 'read';
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument: READ }));
    const got = await iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }));
    expect([got.RoleName, decodeURIComponent(got.PolicyDocument!)]).toEqual([name, READ]);
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName: name }))).PolicyNames).toEqual([PolicyName]);
    await expect(iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: 'none' }))).rejects.toMatchObject(
      is('NoSuchEntityException', 'The role policy with name none cannot be found.', 404),
    );
    const large = doc({ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${'x'.repeat(10_300)}` });
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'large', PolicyDocument: large })),
    ).rejects.toMatchObject(is('LimitExceededException', `Maximum policy size of 10240 bytes exceeded for role ${name}`, 409));
  });

  it('managed are attached and detached', async () => {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: EXECUTION }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: EXECUTION }));
    expect((await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }))).AttachedPolicies).toEqual([
      { PolicyName: 'AmazonECSTaskExecutionRolePolicy', PolicyArn: EXECUTION },
    ]);
    const none = 'arn:aws:iam::aws:policy/None';
    await expect(iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: none }))).rejects.toMatchObject(
      is('NoSuchEntityException', `Policy ${none} does not exist or is not attachable.`, 404),
    );
    await expect(iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn: none }))).rejects.toMatchObject(
      is('NoSuchEntityException', `Policy ${none} was not found.`, 404),
    );
  });

  it.each([
    ['{', 'Syntax errors in policy.'],
    [doc(), 'Syntax errors in policy.'],
    [JSON.stringify({ Version: '2008-10-17', Statement: [] }), 'Policy document must be version 2012-10-17 or greater.'],
    [doc({ Effect: 'Allow', Resource: '*' }), 'Policy statement must contain actions.'],
    [doc({ Effect: 'Allow', Action: 's3:*' }), 'Policy statement must contain resources.'],
    [doc({ Action: 's3:*', Resource: '*' }), 'Missing required field Effect'],
    [doc({ Effect: 'Maybe', Action: 's3:*', Resource: '*' }), 'Invalid effect: Maybe'],
    [doc({ Effect: 'Allow', Action: 'GetObject', Resource: '*' }), /must be prefaced by a vendor/],
    [doc({ Effect: 'Allow', Action: 's3:*', Resource: 'bucket' }), 'Resource bucket must be in ARN format or "*".'],
    [doc({ Effect: 'Allow', Action: 's3:*', Resource: '*', Principal: '*' }), 'Policy document should not specify a principal.'],
    [doc({ Effect: 'Allow', Action: 's3:*', Resource: '*', Extra: 1 }), 'Syntax errors in policy.'],
    [doc({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: { Same: { a: 'b' } } }), 'Invalid Condition type : Same.'],
    [
      doc(
        { Sid: 'A', Effect: 'Allow', Action: 's3:*', Resource: '*' },
        { Sid: 'A', Effect: 'Allow', Action: 's3:*', Resource: '*' },
      ),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
  ])('are refused when malformed: %s', async (PolicyDocument, message) => {
    await expect(iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument }))).rejects.toMatchObject(
      is('MalformedPolicyDocumentException', message, 400),
    );
    await expect(iam.send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument }))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });

  it.each([
    ['{', 'This policy contains invalid Json'],
    [READ, 'Has prohibited field Resource'],
    [doc({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'Missing required field Principal'],
    [
      doc({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      doc({ Effect: 'Allow', Principal: { AWS: 'nobody' }, Action: 'sts:AssumeRole' }),
      'Invalid principal in policy: "AWS":"nobody"',
    ],
  ])('a trust policy is refused when malformed: %s', async (AssumeRolePolicyDocument, message) => {
    await expect(iam.send(new CreateRoleCommand({ RoleName: 'bad', AssumeRolePolicyDocument }))).rejects.toMatchObject(
      is('MalformedPolicyDocumentException', message, 400),
    );
  });
});

describe('a managed policy', () => {
  it('has versions, of which one holds', async () => {
    const made = await iam.send(new CreatePolicyCommand({ PolicyName: 'app', PolicyDocument: READ, Description: 'd' }));
    const PolicyArn = made.Policy!.Arn!;
    expect(made.Policy).toMatchObject({ DefaultVersionId: 'v1', AttachmentCount: 0, IsAttachable: true });
    const other = doc({ Effect: 'Deny', Action: '*', Resource: '*' });
    const second = await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: other, SetAsDefault: true }));
    expect(second.PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
    const got = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect(decodeURIComponent(got.PolicyVersion!.Document!)).toBe(other);
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(
      (await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions!.map((v) => [v.VersionId, v.IsDefaultVersion]),
    ).toEqual([
      ['v2', false],
      ['v1', true],
    ]);
    await expect(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))).rejects.toMatchObject({
      message: 'Cannot delete the default version of a policy.',
    });
    await expect(iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v9' }))).rejects.toMatchObject({
      message: `Policy ${PolicyArn} version v9 does not exist or is not attachable.`,
    });
    for (let i = 0; i < 3; i++) await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: READ }));
    await expect(iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: READ }))).rejects.toMatchObject(
      is('LimitExceededException', /can have up to 5 versions/, 409),
    );
    await expect(iam.send(new CreatePolicyCommand({ PolicyName: 'app', PolicyDocument: READ }))).rejects.toMatchObject(
      is('EntityAlreadyExistsException', 'A policy called app already exists. Duplicate names are not allowed.', 409),
    );
  });

  it('is not deleted while it is attached, or has versions', async () => {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: READ }));
    const PolicyArn = Policy!.Arn!;
    const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy!.AttachmentCount).toBe(1);
    expect((await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }))).PolicyRoles!.map((r) => r.RoleName)).toEqual([name]);
    await expect(remove()).rejects.toMatchObject({ message: 'Cannot delete a policy attached to entities.' });
    await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: READ }));
    await expect(remove()).rejects.toMatchObject({ message: expect.stringMatching(/has more than one version/) as string });
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    await remove();
    await expect(iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      message: `Policy ${PolicyArn} was not found.`,
    });
  });

  it('of AWS is there, and is listed apart', async () => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: EXECUTION }));
    expect(Policy).toMatchObject({ PolicyName: 'AmazonECSTaskExecutionRolePolicy', Path: '/service-role/' });
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: EXECUTION, VersionId: Policy!.DefaultVersionId }),
    );
    expect(decodeURIComponent(PolicyVersion!.Document!)).toMatch(/ecr:GetAuthorizationToken/);
    const local = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
    expect(local.Policies!.every((p) => p.Arn!.includes(ACCOUNT))).toBe(true);
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'AWS' }))).Policies!.map((p) => p.Arn)).toContain(EXECUTION);
  });
});

describe('the rest', () => {
  it('instance profiles hold one role', async () => {
    const InstanceProfileName = 'fleet';
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
    await expect(iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: name }))).rejects.toMatchObject(
      is('LimitExceededException', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409),
    );
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    expect(InstanceProfile!.Roles!.map((r) => r.RoleName)).toEqual([name]);
    expect((await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: name }))).InstanceProfiles).toHaveLength(1);
    await expect(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await expect(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'none' }))).rejects.toMatchObject({
      message: 'Instance Profile none cannot be found.',
    });
  });

  it('OIDC providers are named by their address', async () => {
    const Url = 'https://token.actions.githubusercontent.com';
    const made = await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['sts.amazonaws.com'] }));
    const OpenIDConnectProviderArn = made.OpenIDConnectProviderArn!;
    expect(OpenIDConnectProviderArn).toBe(`arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`);
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'other' }));
    expect(await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))).toMatchObject({
      Url: 'token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com', 'other'],
    });
    await expect(iam.send(new CreateOpenIDConnectProviderCommand({ Url }))).rejects.toMatchObject(
      is('EntityAlreadyExistsException', `Provider with url ${Url} already exists.`, 409),
    );
    await expect(iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'http://else.example' }))).rejects.toMatchObject({
      message: 'Invalid Open ID Connect Provider URL',
    });
    await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
  });

  it('service-linked roles are made once, and are not the account’s to change', async () => {
    const make = () => iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }));
    expect((await make()).Role!.Arn).toBe(`arn:aws:iam::${ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`);
    await expect(make()).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: 'Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix.',
    });
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName: 'AWSServiceRoleForECS', PolicyName: 'p', PolicyDocument: READ })),
    ).rejects.toMatchObject({ name: 'UnmodifiableEntityException' });
  });

  it('the user is the key’s own', async () => {
    expect((await iam.send(new GetUserCommand({}))).User!.Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/sandbox`);
    await expect(iam.send(new GetUserCommand({ UserName: 'ben' }))).rejects.toMatchObject({
      message: 'The user with name ben cannot be found.',
    });
  });
});
