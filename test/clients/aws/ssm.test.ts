import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, OTHER_ACCOUNT, REGION } from '../served.js';

const arn = (name: string): string => `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name}`;

withAws('ssm', 30, (aws) => {
  it.concurrent('keeps the versions of a parameter, and their labels', async () => {
    await aws('ssm put-parameter --name /shop/ui --value 1.0.0 --type String --description', 'the tag of ui').gives({
      Version: 1,
      Tier: 'Standard',
    });
    await aws('ssm put-parameter --name /shop/ui --value 1.1.0 --overwrite').gives({ Version: 2, Tier: 'Standard' });
    await aws('ssm get-parameter --name /shop/ui').gives({
      Parameter: { Name: '/shop/ui', Type: 'String', Value: '1.1.0', Version: 2, ARN: arn('/shop/ui'), DataType: 'text' },
    });
    await aws('ssm get-parameter --name /shop/ui:1 --query Parameter.[Value,Version,Selector] --output text').prints(
      '1.0.0\t1\t:1',
    );
    await aws('ssm label-parameter-version --name /shop/ui --parameter-version 1 --labels live aws-no').gives({
      InvalidLabels: ['aws-no'],
      ParameterVersion: 1,
    });
    await aws('ssm get-parameter --name /shop/ui:live --query Parameter.Value --output text').prints('1.0.0');
    const { Parameters } = await aws('ssm get-parameter-history --name /shop/ui').gives({
      Parameters: [
        { Version: 1, Value: '1.0.0', Labels: ['live'], Description: 'the tag of ui', Tier: 'Standard', Policies: [] },
        { Version: 2, Value: '1.1.0', Labels: [] },
      ],
    });
    expect(Parameters[0].LastModifiedUser).toBe(`arn:aws:iam::${ACCOUNT}:user/sandbox`);
    expect(Date.parse(Parameters[0].LastModifiedDate)).toBeLessThanOrEqual(Date.parse(Parameters[1].LastModifiedDate));
    await aws('ssm unlabel-parameter-version --name /shop/ui --parameter-version 1 --labels live gone').gives({
      RemovedLabels: ['live'],
      InvalidLabels: ['gone'],
    });
    await aws('ssm get-parameter --name /shop/ui:live').isRefused('ParameterVersionNotFound', /live/);
    await aws('ssm get-parameter --name /shop/ui:9').isRefused('ParameterVersionNotFound');
  });

  it.concurrent('gives pages of a path', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await aws(`ssm put-parameter --name /paged/a/${n} --value v${n} --type String`).gives({ Version: 1 });
    await aws(
      'ssm get-parameters-by-path --path /paged --recursive --page-size 2 --query Parameters[].Value --output text',
    ).prints('v1\tv2\nv3\tv4\nv5');
    await aws('ssm get-parameters-by-path --path /paged').gives({ Parameters: [] });
    const first = await aws('ssm get-parameters-by-path --path /paged/a --max-items 3 --page-size 2').gives({
      Parameters: [{ Name: '/paged/a/1' }, { Name: '/paged/a/2' }, { Name: '/paged/a/3' }],
    });
    await aws('ssm get-parameters-by-path --path /paged/a --max-items 3 --page-size 2 --starting-token', first.NextToken).gives({
      Parameters: [{ Name: '/paged/a/4' }, { Name: '/paged/a/5' }],
    });
    await aws(
      'ssm describe-parameters --parameter-filters Key=Path,Option=Recursive,Values=/paged --query',
      'length(Parameters)',
    ).prints('5');
    await aws('ssm describe-parameters --parameter-filters Key=Colour,Values=red').isRefused(
      'ValidationException',
      /parameterFilters/,
    );
  });

  it.concurrent('hides secure values from those who do not ask', async () => {
    await aws('ssm put-parameter --name /safe/key --value hunter2 --type SecureString').gives({ Version: 1 });
    await aws('ssm get-parameter --name /safe/key --with-decryption').gives({
      Parameter: { Type: 'SecureString', Value: 'hunter2' },
    });
    const { Parameter } = await aws('ssm get-parameter --name /safe/key').gives({ Parameter: { Type: 'SecureString' } });
    expect(Parameter.Value).not.toContain('hunter2');
    await aws('ssm get-parameters --names /safe/key /safe/none').gives({
      Parameters: [{ Name: '/safe/key' }],
      InvalidParameters: ['/safe/none'],
    });
    await aws('ssm add-tags-to-resource --resource-type Parameter --resource-id /safe/key --tags Key=team,Value=shop').isSilent();
    await aws('ssm list-tags-for-resource --resource-type Parameter --resource-id /safe/key').gives({
      TagList: [{ Key: 'team', Value: 'shop' }],
    });
    await aws('ssm remove-tags-from-resource --resource-type Parameter --resource-id /safe/key --tag-keys team').isSilent();
    await aws('ssm delete-parameters --names /safe/key /safe/none').gives({
      DeletedParameters: ['/safe/key'],
      InvalidParameters: ['/safe/none'],
    });
    await aws('ssm delete-parameter --name /safe/key').isRefused('ParameterNotFound');
  });

  it.concurrent('refuses as Parameter Store does', async () => {
    await aws('ssm get-parameter --name /nowhere').isRefused('ParameterNotFound');
    await aws('ssm put-parameter --name /once --value a --type String').gives({ Version: 1 });
    await aws('ssm put-parameter --name /once --value b --type String').isRefused('ParameterAlreadyExists', /overwrite/);
    await aws('ssm put-parameter --name /untyped --value b').isRefused('ValidationException', /type is required/);
    await aws('ssm put-parameter --name /once --value b --type Shout --overwrite').isRefused(
      'ValidationException',
      /enum value set/,
    );
    await aws('ssm put-parameter --name /number --value ten --type String --allowed-pattern', '^\\d+$').isRefused(
      'ParameterPatternMismatchException',
    );
    await aws('ssm get-parameters --names 1 2 3 4 5 6 7 8 9 10 11').isRefused(
      'ValidationException',
      /length less than or equal to 10/,
    );
    await aws('ssm list-documents').isRefused('UnknownOperationException');
  });

  it.concurrent('keeps accounts and regions apart', async () => {
    const other = aws.as({ AWS_ACCESS_KEY_ID: OTHER_ACCOUNT });
    const elsewhere = aws.as({ AWS_DEFAULT_REGION: 'us-east-1' });
    await aws('ssm put-parameter --name /apart --value here --type String').gives({ Version: 1 });
    await other('ssm get-parameter --name /apart').isRefused('ParameterNotFound');
    await elsewhere('ssm put-parameter --name /apart --value there --type String').gives({ Version: 1 });
    await elsewhere('ssm get-parameter --name /apart --query Parameter.[Value,ARN] --output text').prints(
      `there\tarn:aws:ssm:us-east-1:${ACCOUNT}:parameter/apart`,
    );
    await aws('ssm get-parameter --name /apart --query Parameter.Value --output text').prints('here');
  });
});
