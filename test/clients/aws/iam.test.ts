import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT } from '../served.js';

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
const may = (action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const arn = (resource: string): string => `arn:aws:iam::${ACCOUNT}:${resource}`;

withAws('iam', 25, (aws) => {
  it.concurrent('keeps roles and their policies', async () => {
    await aws(
      'iam create-role --role-name task --description',
      'runs tasks',
      '--assume-role-policy-document',
      trust('ecs-tasks.amazonaws.com'),
    ).gives({
      Role: {
        RoleName: 'task',
        Path: '/',
        Arn: arn('role/task'),
        RoleId: expect.stringMatching(/^AROA[A-Z0-9]{12,}$/),
        AssumeRolePolicyDocument: trust('ecs-tasks.amazonaws.com'),
      },
    });
    await aws('iam wait role-exists --role-name task').isSilent();
    await aws('iam create-role --role-name task --assume-role-policy-document', trust('ecs.amazonaws.com')).isRefused(
      'EntityAlreadyExists',
      /Role with name task already exists/,
    );
    await aws('iam get-role --role-name task').gives({ Role: { MaxSessionDuration: 3600, Description: 'runs tasks' } });
    await aws('iam put-role-policy --role-name task --policy-name logs --policy-document', may('logs:PutLogEvents')).isSilent();
    await aws('iam get-role-policy --role-name task --policy-name logs').gives({
      RoleName: 'task',
      PolicyName: 'logs',
      PolicyDocument: may('logs:PutLogEvents'),
    });
    await aws('iam list-role-policies --role-name task').gives({ PolicyNames: ['logs'] });
    await aws('iam attach-role-policy --role-name task --policy-arn arn:aws:iam::aws:policy/PowerUserAccess').isSilent();
    await aws('iam list-attached-role-policies --role-name task').gives({
      AttachedPolicies: [{ PolicyName: 'PowerUserAccess', PolicyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' }],
    });
    await aws('iam tag-role --role-name task --tags Key=team,Value=shop').isSilent();
    await aws('iam list-role-tags --role-name task').gives({ Tags: [{ Key: 'team', Value: 'shop' }] });
    await aws('iam delete-role --role-name task').isRefused('DeleteConflict', /must d[a-z]+ /i);
    await aws('iam detach-role-policy --role-name task --policy-arn arn:aws:iam::aws:policy/PowerUserAccess').isSilent();
    await aws('iam delete-role-policy --role-name task --policy-name logs').isSilent();
    await aws('iam delete-role --role-name task').isSilent();
    await aws('iam get-role --role-name task').isRefused('NoSuchEntity', /The role with name task cannot be found/);
  });

  it.concurrent('keeps versions of a managed policy', async () => {
    await aws('iam create-policy --policy-name deploy --policy-document', may('ecs:UpdateService')).gives({
      Policy: { PolicyName: 'deploy', Arn: arn('policy/deploy'), DefaultVersionId: 'v1', AttachmentCount: 0, IsAttachable: true },
    });
    await aws(
      'iam create-policy-version --set-as-default --policy-arn',
      arn('policy/deploy'),
      '--policy-document',
      may('ecs:*'),
    ).gives({
      PolicyVersion: { VersionId: 'v2', IsDefaultVersion: true },
    });
    await aws('iam get-policy-version --version-id v2 --policy-arn', arn('policy/deploy')).gives({
      PolicyVersion: { Document: may('ecs:*'), IsDefaultVersion: true },
    });
    await aws('iam list-policy-versions --query Versions[].VersionId --output text --policy-arn', arn('policy/deploy')).prints(
      'v2\tv1',
    );
    await aws('iam delete-policy-version --version-id v2 --policy-arn', arn('policy/deploy')).isRefused('DeleteConflict');
    await aws('iam delete-policy-version --version-id v1 --policy-arn', arn('policy/deploy')).isSilent();
    await aws('iam list-policies --scope Local --query Policies[].PolicyName --output text').prints('deploy');
    await aws('iam delete-policy --policy-arn', arn('policy/deploy')).isSilent();
    await aws('iam get-policy --policy-arn', arn('policy/deploy')).isRefused('NoSuchEntity');
    await aws('iam create-policy --policy-name broken --policy-document', '{"Statement": ').isRefused('MalformedPolicyDocument');
  });

  it.concurrent('lists roles in pages, and refuses as IAM does', async () => {
    for (const name of ['a', 'b', 'c'])
      await aws(
        `iam create-role --path /paged/ --role-name ${name} --assume-role-policy-document`,
        trust('ecs.amazonaws.com'),
      ).gives({
        Role: { Arn: arn(`role/paged/${name}`), Path: '/paged/' },
      });
    const { Roles } = await aws('iam list-roles --path-prefix /paged/ --page-size 1').gives({});
    expect(Roles.map((role: { RoleName: string }) => role.RoleName)).toEqual(['a', 'b', 'c']);
    const page = await aws('iam list-roles --path-prefix /paged/ --max-items 2').gives({ NextToken: expect.any(String) });
    await aws('iam list-roles --path-prefix /paged/ --starting-token', page.NextToken).gives({ Roles: [{ RoleName: 'c' }] });
    await aws('iam create-role --role-name', 'no spaces', '--assume-role-policy-document', trust('ecs.amazonaws.com')).isRefused(
      'ValidationError',
      /roleName/,
    );
    await aws('iam create-role --role-name d --assume-role-policy-document', {}).isRefused('MalformedPolicyDocument');
    await aws('iam list-access-keys').isRefused('InvalidAction');
  });
});
