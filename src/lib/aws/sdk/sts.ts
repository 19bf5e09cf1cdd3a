export { STSClient, AssumeRoleCommand } from '@aws-sdk/client-sts';
