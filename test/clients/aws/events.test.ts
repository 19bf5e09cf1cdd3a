import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

withAws('events', 9, (aws) => {
  it.concurrent('takes events, each by itself', async () => {
    const good = { Source: 'baf', DetailType: 'Deploy Started', Detail: '{"environment":"prod"}' };
    await aws('events put-events --entries', [good, { ...good, Detail: 'not json' }]).gives({
      FailedEntryCount: 1,
      Entries: [
        { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      ],
    });
    await aws(
      'events put-events --entries',
      Array.from({ length: 11 }, () => good),
    ).isRefused('ValidationException', /less than or equal to 10/);
    await aws('events test-event-pattern --event-pattern {} --event {}').isRefused('UnknownOperationException');
  });

  it.concurrent('keeps buses and rules', async () => {
    await aws('events describe-event-bus').gives({
      Name: 'default',
      Arn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`,
    });
    await aws('events create-event-bus --name deploys').gives({
      EventBusArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/deploys`,
    });
    await aws('events describe-event-bus --name nowhere').isRefused('ResourceNotFoundException', /nowhere does not exist/);
    await aws('events put-rule --name ends --event-bus-name deploys --event-pattern', { source: ['baf'] }).gives({
      RuleArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/deploys/ends`,
    });
    await aws('events list-rules --event-bus-name deploys --query Rules[].Name --output text').prints('ends');
    await aws('events delete-rule --name ends --event-bus-name deploys').isSilent();
  });
});
