import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

/** How long the command line's stack waiters sleep between two looks. */
const LOOK_SECONDS = 30;

/** `aws cloudformation deploy` names its change set by the second, so that two within one are refused. */
const NAMED_BY_SECOND_MS = 1000;

const template = (retention: number, more: object = {}) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'logs of a service',
  Parameters: { Service: { Type: 'String' } },
  Resources: {
    Logs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: { 'Fn::Sub': '/stack/${Service}' }, RetentionInDays: retention },
    },
    ...more,
  },
  Outputs: { Group: { Value: { Ref: 'Logs' }, Description: 'where the lines go' } },
});
const parameters = (service: string): string => `ParameterKey=Service,ParameterValue=${service}`;

withAws('cloudformation', 28, (aws, served, file) => {
  const waits = (condition: string, stack: string) =>
    served().pace(LOOK_SECONDS, () => aws(`cloudformation wait ${condition} --stack-name ${stack}`).isSilent());

  it.concurrent('creates, updates and deletes a stack, and its waiters see the ends', async () => {
    await aws('cloudformation validate-template --template-body', template(7)).gives({
      Description: 'logs of a service',
      Parameters: [{ ParameterKey: 'Service', NoEcho: false }],
    });
    await aws(
      `cloudformation create-stack --stack-name ui --tags Key=team,Value=shop --parameters ${parameters('ui')} --template-body`,
      template(7),
    ).gives({
      StackId: expect.stringMatching(new RegExp(`^arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/ui/[0-9a-f-]{36}$`)),
    });
    await waits('stack-create-complete', 'ui');
    await aws('cloudformation describe-stacks --stack-name ui').gives({
      Stacks: [
        {
          StackStatus: 'CREATE_COMPLETE',
          Description: 'logs of a service',
          Parameters: [{ ParameterKey: 'Service', ParameterValue: 'ui' }],
          Outputs: [{ OutputKey: 'Group', OutputValue: '/stack/ui', Description: 'where the lines go' }],
          Tags: [{ Key: 'team', Value: 'shop' }],
          DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
          EnableTerminationProtection: false,
        },
      ],
    });
    await aws(
      'logs describe-log-groups --log-group-name-prefix /stack/ui --query logGroups[].retentionInDays --output text',
    ).prints('7');
    await aws(
      `cloudformation update-stack --stack-name ui --parameters ${parameters('ui')} --template-body`,
      template(7),
    ).isRefused('ValidationError', /No updates are to be performed/);
    await aws(`cloudformation update-stack --stack-name ui --parameters ${parameters('ui')} --template-body`, template(30)).gives(
      {
        StackId: expect.any(String),
      },
    );
    await waits('stack-update-complete', 'ui');
    await aws(
      'logs describe-log-groups --log-group-name-prefix /stack/ui --query logGroups[].retentionInDays --output text',
    ).prints('30');
    await aws(
      'cloudformation describe-stack-events --stack-name ui --query',
      "StackEvents[?LogicalResourceId=='Logs'].ResourceStatus",
      '--output',
      'text',
    ).prints('UPDATE_COMPLETE\tUPDATE_IN_PROGRESS\tCREATE_COMPLETE\tCREATE_IN_PROGRESS\tCREATE_IN_PROGRESS');
    await aws('cloudformation list-stack-resources --stack-name ui').gives({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'Logs',
          PhysicalResourceId: '/stack/ui',
          ResourceType: 'AWS::Logs::LogGroup',
          ResourceStatus: 'UPDATE_COMPLETE',
        },
      ],
    });
    await aws('cloudformation describe-stack-resource --stack-name ui --logical-resource-id Logs').gives({
      StackResourceDetail: { PhysicalResourceId: '/stack/ui', StackName: 'ui' },
    });
    await aws('cloudformation get-template --stack-name ui').gives({
      TemplateBody: { Resources: { Logs: { Properties: { RetentionInDays: 30 } } } },
      StagesAvailable: ['Original', 'Processed'],
    });
    await aws('cloudformation delete-stack --stack-name ui').isSilent();
    await waits('stack-delete-complete', 'ui');
    await aws('cloudformation describe-stacks --stack-name ui').isRefused('ValidationError', /Stack with id ui does not exist/);
    await aws('cloudformation list-stacks --stack-status-filter DELETE_COMPLETE').gives({
      StackSummaries: [{ StackName: 'ui', StackStatus: 'DELETE_COMPLETE', DeletionTime: expect.any(String) }],
    });
    await aws('logs describe-log-groups --log-group-name-prefix /stack/ui').gives({ logGroups: [] });
  });

  it.concurrent('shows what a change set would do before it is done', async () => {
    const changeSet = (name: string, type: string, body: object) =>
      aws(
        `cloudformation create-change-set --stack-name cart --change-set-name ${name} --change-set-type ${type} --parameters ${parameters('cart')} --template-body`,
        body,
      );
    await changeSet('first', 'CREATE', template(7)).gives({
      Id: expect.stringContaining(':changeSet/first/'),
      StackId: expect.any(String),
    });
    await served().pace(LOOK_SECONDS, () =>
      aws('cloudformation wait change-set-create-complete --stack-name cart --change-set-name first').isSilent(),
    );
    await aws('cloudformation describe-change-set --stack-name cart --change-set-name first').gives({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [
        { Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'Logs', ResourceType: 'AWS::Logs::LogGroup' } },
      ],
    });
    await aws('cloudformation execute-change-set --stack-name cart --change-set-name first').isSilent();
    await waits('stack-create-complete', 'cart');
    await changeSet('same', 'UPDATE', template(7)).gives({ Id: expect.any(String) });
    await served().pace(LOOK_SECONDS, () =>
      aws('cloudformation wait change-set-create-complete --stack-name cart --change-set-name same').givesUp(
        /Waiter ChangeSetCreateComplete failed/,
      ),
    );
    await aws('cloudformation describe-change-set --stack-name cart --change-set-name same').gives({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
    await aws('cloudformation execute-change-set --stack-name cart --change-set-name same').isRefused('InvalidChangeSetStatus');
    await aws('cloudformation list-change-sets --stack-name cart --query Summaries[].ChangeSetName --output text').prints('same');
    await aws('cloudformation delete-change-set --stack-name cart --change-set-name same').isSilent();
    await aws('cloudformation describe-change-set --stack-name cart --change-set-name same').isRefused('ChangeSetNotFound');
    await aws(
      'cloudformation deploy --stack-name cart --no-fail-on-empty-changeset --parameter-overrides Service=cart --template-file',
      file('cart.json', template(7)),
    ).prints('\nWaiting for changeset to be created..\n\nNo changes to deploy. Stack cart is up to date');
    await sleep(NAMED_BY_SECOND_MS);
    await served().pace(LOOK_SECONDS, () =>
      aws(
        'cloudformation deploy --stack-name cart --parameter-overrides Service=cart --template-file',
        file('cart.json', template(90)),
      ).prints(
        '\nWaiting for changeset to be created..\nWaiting for stack create/update to complete\nSuccessfully created/updated stack - cart',
      ),
    );
    await aws(
      'logs describe-log-groups --log-group-name-prefix /stack/cart --query logGroups[].retentionInDays --output text',
    ).prints('90');
  });

  it.concurrent('rolls back a stack that cannot be made', async () => {
    const taken = { Twin: { Type: 'AWS::Logs::LogGroup', DependsOn: 'Logs', Properties: { LogGroupName: '/stack/twin' } } };
    await aws(
      `cloudformation create-stack --stack-name twin --parameters ${parameters('twin')} --template-body`,
      template(7, taken),
    ).gives({
      StackId: expect.any(String),
    });
    await served().pace(LOOK_SECONDS, () =>
      aws('cloudformation wait stack-create-complete --stack-name twin').givesUp(
        /Waiter StackCreateComplete failed: .*terminal failure state/,
      ),
    );
    served().pass(120);
    await aws('cloudformation describe-stacks --stack-name twin --query Stacks[].StackStatus --output text').prints(
      'ROLLBACK_COMPLETE',
    );
    const { StackEvents } = await aws('cloudformation describe-stack-events --stack-name twin').gives({});
    expect(StackEvents).toContainEqual(
      expect.objectContaining({
        LogicalResourceId: 'Twin',
        ResourceStatus: 'CREATE_FAILED',
        ResourceStatusReason: expect.stringContaining('already exists'),
      }),
    );
  });

  it.concurrent('goes back to what was, where an update fails', async () => {
    await aws(
      `cloudformation create-stack --stack-name back --parameters ${parameters('back')} --template-body`,
      template(7),
    ).gives({
      StackId: expect.any(String),
    });
    await waits('stack-create-complete', 'back');
    const taken = { Twin: { Type: 'AWS::Logs::LogGroup', DependsOn: 'Logs', Properties: { LogGroupName: '/stack/back' } } };
    await aws(
      `cloudformation update-stack --stack-name back --parameters ${parameters('back')} --template-body`,
      template(30, taken),
    ).gives({ StackId: expect.any(String) });
    await waits('stack-rollback-complete', 'back');
    await aws('cloudformation describe-stacks --stack-name back --query Stacks[].StackStatus --output text').prints(
      'UPDATE_ROLLBACK_COMPLETE',
    );
    await aws(
      'logs describe-log-groups --log-group-name-prefix /stack/back --query logGroups[].retentionInDays --output text',
    ).prints('7');
  });

  it.concurrent('refuses as CloudFormation does', async () => {
    await aws('cloudformation create-stack --stack-name 1bad --template-body', template(7)).isRefused(
      'ValidationError',
      /stackName/,
    );
    await aws('cloudformation create-stack --stack-name bad --template-body', template(7)).isRefused(
      'ValidationError',
      /\[Service\] must have values/,
    );
    await aws('cloudformation create-stack --stack-name bad --template-body', { Resources: {} }).isRefused('ValidationError');
    await aws('cloudformation update-stack --stack-name none --template-body', template(7)).isRefused(
      'ValidationError',
      /does not exist/,
    );
    await aws('cloudformation delete-stack --stack-name none').isSilent();
    await aws('cloudformation describe-type --type RESOURCE --type-name AWS::Logs::LogGroup').isRefused('InvalidAction');
  });
});
