import { it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

const alarm =
  'cloudwatch put-metric-alarm --namespace Shop --metric-name Errors --statistic Sum --period 60 --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold --alarm-name';

withAws('cloudwatch', 12, (aws, served) => {
  it.concurrent('has alarms whose state can be set', async () => {
    await aws(alarm, 'errors').isSilent();
    await aws('cloudwatch describe-alarms --alarm-names errors').gives({
      MetricAlarms: [
        {
          AlarmName: 'errors',
          AlarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:errors`,
          StateValue: 'INSUFFICIENT_DATA',
          Namespace: 'Shop',
          MetricName: 'Errors',
          Threshold: 5,
          ActionsEnabled: true,
        },
      ],
    });
    await aws('cloudwatch set-alarm-state --alarm-name errors --state-value ALARM --state-reason', 'a rehearsal').isSilent();
    await served().pace(5, () => aws('cloudwatch wait alarm-exists --alarm-names errors').isSilent());
    await aws(
      'cloudwatch describe-alarms --state-value ALARM --query MetricAlarms[].[AlarmName,StateReason] --output text',
    ).prints('errors\ta rehearsal');
    await aws('cloudwatch describe-alarm-history --alarm-name errors --history-item-type StateUpdate').gives({
      AlarmHistoryItems: [{ AlarmName: 'errors', HistoryItemType: 'StateUpdate' }],
    });
    await aws('cloudwatch delete-alarms --alarm-names errors').isSilent();
    await aws('cloudwatch describe-alarms --alarm-names errors').gives({ MetricAlarms: [] });
  });

  it.concurrent('pages alarms, and refuses as CloudWatch does', async () => {
    for (const n of [1, 2, 3]) await aws(alarm, `paged-${n}`).isSilent();
    await aws(
      'cloudwatch describe-alarms --alarm-name-prefix paged- --page-size 1 --query MetricAlarms[].AlarmName --output text',
    ).prints('paged-1\npaged-2\npaged-3');
    await aws('cloudwatch set-alarm-state --alarm-name none --state-value OK --state-reason x').isRefused('ResourceNotFound');
    await aws('cloudwatch set-alarm-state --alarm-name paged-1 --state-value SHOUTING --state-reason x').isRefused(
      'ValidationError',
      /stateValue/,
    );
    await aws('cloudwatch list-metric-streams').isRefused('InvalidAction');
  });
});
