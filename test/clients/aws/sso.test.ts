import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, OTHER_ACCOUNT } from '../served.js';

withAws('sso and sso-oidc', 14, (aws, served) => {
  it('logs a device in, and gives credentials of a role', async () => {
    const client = await aws('sso-oidc register-client --client-name baf --client-type public').gives({
      clientId: expect.any(String),
      clientSecret: expect.any(String),
    });
    const secret = ['--client-id', client.clientId as string, '--client-secret', client.clientSecret as string];
    const device = await aws('sso-oidc start-device-authorization --start-url https://acme.awsapps.com/start', ...secret).gives({
      userCode: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      expiresIn: 600,
      interval: expect.any(Number),
    });
    const createToken = () =>
      aws(
        'sso-oidc create-token --grant-type urn:ietf:params:oauth:grant-type:device_code --device-code',
        device.deviceCode,
        ...secret,
      );
    await createToken().isRefused('AuthorizationPendingException');
    served().pass(30);
    expect((await fetch(device.verificationUriComplete as string)).status).toBe(200);
    const { accessToken } = await createToken().gives({ tokenType: 'Bearer', expiresIn: expect.any(Number) });
    await createToken().isRefused('InvalidGrantException');
    const token = ['--access-token', accessToken as string];
    await aws('sso list-accounts --page-size 1', ...token).gives({
      accountList: [{ accountId: ACCOUNT }, { accountId: OTHER_ACCOUNT }],
    });
    const { roleList } = await aws('sso list-account-roles --account-id', OTHER_ACCOUNT, ...token).gives({
      roleList: expect.arrayContaining([{ roleName: expect.any(String), accountId: OTHER_ACCOUNT }]),
    });
    const roleName = roleList[0].roleName as string;
    const { roleCredentials } = await aws(
      'sso get-role-credentials --account-id',
      OTHER_ACCOUNT,
      '--role-name',
      roleName,
      ...token,
    ).gives({
      roleCredentials: { accessKeyId: expect.stringMatching(/^ASIA/), expiration: expect.any(Number) },
    });
    const session = aws.as({
      AWS_ACCESS_KEY_ID: roleCredentials.accessKeyId as string,
      AWS_SECRET_ACCESS_KEY: roleCredentials.secretAccessKey as string,
      AWS_SESSION_TOKEN: roleCredentials.sessionToken as string,
    });
    await session('sts get-caller-identity').gives({
      Account: OTHER_ACCOUNT,
      Arn: expect.stringContaining(`:assumed-role/AWSReservedSSO_${roleName}_`),
    });
    await aws('sso get-role-credentials --account-id', OTHER_ACCOUNT, '--role-name', 'Unknown', ...token).isRefused(
      'ForbiddenException',
    );
    await aws('sso logout', ...token).isSilent();
    await aws('sso list-accounts', ...token).isRefused('UnauthorizedException', /Session token not found or invalid/);
  });

  it.concurrent('refuses as IAM Identity Center does', async () => {
    await aws('sso list-accounts --access-token none').isRefused('UnauthorizedException');
    await aws('sso-oidc register-client --client-name baf --client-type confidential').isRefused(
      'InvalidClientMetadataException',
    );
    await aws(
      'sso-oidc start-device-authorization --client-id none --client-secret none --start-url https://acme.awsapps.com/start',
    ).isRefused('InvalidClientException');
  });
});
