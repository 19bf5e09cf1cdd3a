export { ECRClient, BatchGetImageCommand } from '@aws-sdk/client-ecr';
