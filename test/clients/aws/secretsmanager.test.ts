import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

withAws('secretsmanager', 14, (aws) => {
  it.concurrent('keeps the versions of a secret by their stages', async () => {
    const made = await aws('secretsmanager create-secret --name shop/key --secret-string one').gives({
      Name: 'shop/key',
      ARN: expect.stringMatching(new RegExp(`^arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:shop/key-[A-Za-z0-9]{6}$`)),
      VersionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await aws('secretsmanager create-secret --name shop/key --secret-string two').isRefused('ResourceExistsException');
    const put = await aws('secretsmanager put-secret-value --secret-id shop/key --secret-string two').gives({
      Name: 'shop/key',
      VersionStages: ['AWSCURRENT'],
    });
    await aws('secretsmanager get-secret-value --secret-id', made.ARN).gives({
      SecretString: 'two',
      VersionId: put.VersionId,
      VersionStages: ['AWSCURRENT'],
    });
    await aws('secretsmanager get-secret-value --secret-id shop/key --version-stage AWSPREVIOUS').gives({
      SecretString: 'one',
      VersionId: made.VersionId,
    });
    await aws('secretsmanager describe-secret --secret-id shop/key').gives({
      Name: 'shop/key',
      VersionIdsToStages: { [made.VersionId]: ['AWSPREVIOUS'], [put.VersionId]: ['AWSCURRENT'] },
    });
    await aws('secretsmanager tag-resource --secret-id shop/key --tags Key=team,Value=shop').isSilent();
    await aws('secretsmanager describe-secret --secret-id shop/key --query Tags').gives([{ Key: 'team', Value: 'shop' }]);
    await aws('secretsmanager delete-secret --secret-id shop/key --recovery-window-in-days 7').gives({
      Name: 'shop/key',
      DeletionDate: expect.any(String),
    });
    await aws('secretsmanager get-secret-value --secret-id shop/key').isRefused('InvalidRequestException', /marked for deletion/);
    await aws('secretsmanager restore-secret --secret-id shop/key').gives({ ARN: made.ARN, Name: 'shop/key' });
    await aws('secretsmanager get-secret-value --secret-id shop/key --query SecretString --output text').prints('two');
    await aws('secretsmanager delete-secret --secret-id shop/key --force-delete-without-recovery').gives({ Name: 'shop/key' });
    await aws('secretsmanager describe-secret --secret-id shop/key').isRefused(
      'ResourceNotFoundException',
      /can't find the specified secret/,
    );
  });

  it.concurrent('lists secrets in pages, and refuses as Secrets Manager does', async () => {
    for (const name of ['a', 'b', 'c'])
      await aws(`secretsmanager create-secret --name paged/${name} --secret-string x`).gives({ Name: `paged/${name}` });
    const { SecretList } = await aws('secretsmanager list-secrets --page-size 2 --filters Key=name,Values=paged/').gives({});
    expect(SecretList.map((secret: { Name: string }) => secret.Name).sort()).toEqual(['paged/a', 'paged/b', 'paged/c']);
    await aws('secretsmanager get-secret-value --secret-id none').isRefused('ResourceNotFoundException');
    await aws('secretsmanager create-secret --name', 'no spaces', '--secret-string', 'x').isRefused('ValidationException');
    await aws('secretsmanager validate-resource-policy --resource-policy', {}).isRefused('UnknownOperationException');
  });
});
