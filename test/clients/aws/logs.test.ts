import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

withAws('logs', 15, (aws, served) => {
  it.concurrent('keeps groups, streams and their lines', async () => {
    await aws('logs create-log-group --log-group-name /shop/ui --tags team=shop').isSilent();
    await aws('logs create-log-group --log-group-name /shop/ui').isRefused('ResourceAlreadyExistsException', /already exists/);
    await aws('logs put-retention-policy --log-group-name /shop/ui --retention-in-days 14').isSilent();
    await aws('logs describe-log-groups --log-group-name-prefix /shop/ui').gives({
      logGroups: [
        {
          logGroupName: '/shop/ui',
          retentionInDays: 14,
          arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/shop/ui:*`,
          storedBytes: 0,
        },
      ],
    });
    await aws('logs create-log-stream --log-group-name /shop/ui --log-stream-name app/1').isSilent();
    const now = served().now();
    const events = ['one', 'two ERROR', 'three'].map((message, index) => ({ timestamp: now + index, message }));
    await aws('logs put-log-events --log-group-name /shop/ui --log-stream-name app/1 --log-events', events).gives({
      nextSequenceToken: expect.any(String),
    });
    await aws('logs get-log-events --log-group-name /shop/ui --log-stream-name app/1 --start-from-head --limit 2').gives({
      events: [{ message: 'one', timestamp: now }, { message: 'two ERROR' }],
      nextForwardToken: expect.stringMatching(/^f\//),
      nextBackwardToken: expect.stringMatching(/^b\//),
    });
    await aws(
      'logs filter-log-events --log-group-name /shop/ui --filter-pattern ERROR --query events[].[logStreamName,message] --output text',
    ).prints('app/1\ttwo ERROR');
    await aws('logs describe-log-streams --log-group-name /shop/ui').gives({
      logStreams: [{ logStreamName: 'app/1', firstEventTimestamp: now, lastEventTimestamp: now + 2 }],
    });
    await aws('logs delete-retention-policy --log-group-name /shop/ui').isSilent();
    const { logGroups } = await aws('logs describe-log-groups --log-group-name-prefix /shop/ui').gives({
      logGroups: [{ logGroupName: '/shop/ui' }],
    });
    expect(logGroups[0]).not.toHaveProperty('retentionInDays');
    await aws('logs delete-log-group --log-group-name /shop/ui').isSilent();
    await aws('logs describe-log-streams --log-group-name /shop/ui').isRefused(
      'ResourceNotFoundException',
      /log group does not exist/,
    );
  });

  it.concurrent('gives pages, and refuses as CloudWatch Logs does', async () => {
    for (const n of [1, 2, 3]) await aws(`logs create-log-group --log-group-name /paged/${n}`).isSilent();
    await aws(
      'logs describe-log-groups --log-group-name-prefix /paged --page-size 1 --query logGroups[].logGroupName --output text',
    ).prints('/paged/1\n/paged/2\n/paged/3');
    const page = await aws('logs describe-log-groups --log-group-name-prefix /paged --max-items 2').gives({
      NextToken: expect.any(String),
    });
    await aws('logs describe-log-groups --log-group-name-prefix /paged --starting-token', page.NextToken).gives({
      logGroups: [{ logGroupName: '/paged/3' }],
    });
    await aws('logs put-retention-policy --log-group-name /none --retention-in-days 14').isRefused('ResourceNotFoundException');
    await aws('logs put-retention-policy --log-group-name /paged/1 --retention-in-days 2').isRefused('InvalidParameterException');
    await aws('logs create-log-group --log-group-name', 'no spaces').isRefused('InvalidParameterException', /logGroupName/);
    await aws('logs get-log-events --log-group-name /paged/1 --log-stream-name none').isRefused(
      'ResourceNotFoundException',
      /log stream does not exist/,
    );
    await aws('logs describe-destinations').isRefused('UnknownOperationException');
  });
});
