/** The execution role of one service: it pulls the image, writes logs, and reads this service's settings and secrets only. */
import { ENDS_LIKE_ARN, secretsPath, settingsPath } from '../settings/names.js';
import type { TemplateValues } from './render.js';

/** Roles that stacks make are below this path, so that policies can name them. */
const ROLE_PATH = '/baf/tasks/';

type Values = Pick<TemplateValues, 'service' | 'environment' | 'target' | 'offer'>;

/**
 * A resource of CloudFormation, or null where the platform offers no boundary: then the platform's one execution role serves
 * every service. It reads the service's whole trees, so that a version to which a rollout goes back still has its own.
 * @param arns the `valueFrom`s of the service.
 */
export function executionRole(values: Values, arns: readonly string[]): object | null {
  const { service, environment, offer } = values;
  if (!offer.taskBoundaryArn) return null;
  const { accountId, region } = values.target;
  const ssm = `arn:aws:ssm:${region}:${accountId}:parameter`;
  const managed = `arn:aws:secretsmanager:${region}:${accountId}:secret:`;
  const parameters = [`${ssm}${settingsPath(environment, service.name)}/*`, `${ssm}${secretsPath(environment, service.name)}/*`];
  const secrets = [`${managed}${secretsPath(environment, service.name, 'secretsmanager')}/*`];
  for (const arn of arns.toSorted())
    if (arn.split(':')[2] === 'secretsmanager') secrets.push(wholeArn(arn));
    else parameters.push(arn);
  const unlike = (list: readonly string[], own: readonly string[]): string[] => [
    ...new Set(list.filter((arn) => own.includes(arn) || !own.some((tree) => arn.startsWith(tree.slice(0, -1))))),
  ];
  const statement = (Action: string, Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      Path: ROLE_PATH,
      PermissionsBoundary: offer.taskBoundaryArn,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy'],
      Policies: [
        {
          PolicyName: 'settings-and-secrets',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              statement('ssm:GetParameters', unlike(parameters, parameters.slice(0, 2))),
              statement('secretsmanager:GetSecretValue', unlike(secrets, secrets.slice(0, 1))),
              // For keys of the company's own; what is kept under AWS's own keys needs no right.
              {
                ...statement('kms:Decrypt', [`arn:aws:kms:${region}:${accountId}:key/*`]),
                Condition: {
                  StringEquals: { 'kms:ViaService': [`ssm.${region}.amazonaws.com`, `secretsmanager.${region}.amazonaws.com`] },
                },
              },
            ],
          },
        },
      ],
    },
  };
}

/** Without JSON key and version; a name without AWS's six characters fits any. */
function wholeArn(valueFrom: string): string {
  const arn = valueFrom.split(':').slice(0, 7).join(':');
  return ENDS_LIKE_ARN.test(arn) ? arn : `${arn}-??????`;
}
