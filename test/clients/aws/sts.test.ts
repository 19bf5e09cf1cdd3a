import { it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, OTHER_ACCOUNT } from '../served.js';

withAws('sts', 10, (aws, served) => {
  it('says who calls, before and after a role', async () => {
    await aws('sts get-caller-identity').gives({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/sandbox` });
    const { Credentials } = await aws(
      `sts assume-role --role-arn arn:aws:iam::${OTHER_ACCOUNT}:role/baf-deploy --role-session-name demo --duration-seconds 900`,
    ).gives({ AssumedRoleUser: { Arn: `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/baf-deploy/demo` } });
    const session = {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId as string,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey as string,
      AWS_SESSION_TOKEN: Credentials.SessionToken as string,
    };
    await aws
      .as(session)('sts get-caller-identity --query [Account,Arn] --output text')
      .prints(`${OTHER_ACCOUNT}\tarn:aws:sts::${OTHER_ACCOUNT}:assumed-role/baf-deploy/demo`);
    served().pass(901);
    await aws
      .as(session)('sts get-caller-identity')
      .isRefused('ExpiredToken', /expired/);
    await aws.as(session)('ecs list-clusters').isRefused('ExpiredTokenException');
  });

  it.concurrent('refuses as STS does', async () => {
    await aws('sts assume-role --role-arn arn:aws:iam::999999999999:role/x --role-session-name demo').isRefused(
      'AccessDenied',
      /is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::999999999999:role\/x/,
    );
    await aws(`sts assume-role --role-arn arn:aws:iam::${ACCOUNT}:role/x --role-session-name`, 'a b').isRefused(
      'ValidationError',
      /roleSessionName/,
    );
    await aws(
      `sts assume-role --role-arn arn:aws:iam::${ACCOUNT}:role/x --role-session-name demo --duration-seconds 43201`,
    ).isRefused('ValidationError', /durationSeconds/);
    await aws('sts decode-authorization-message --encoded-message x').isRefused(
      'InvalidAction',
      /not valid for this web service/,
    );
    await aws
      .as({ AWS_ACCESS_KEY_ID: 'ASIAUNKNOWNUNKNOWN00', AWS_SESSION_TOKEN: 'x' })('sts get-caller-identity')
      .isRefused('InvalidClientTokenId');
    await aws
      .as({ AWS_ACCESS_KEY_ID: 'ASIAUNKNOWNUNKNOWN00', AWS_SESSION_TOKEN: 'x' })('ssm get-parameter --name /x')
      .isRefused('UnrecognizedClientException');
  });
});
