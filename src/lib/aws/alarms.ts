/** The only place that calls CloudWatch. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { AlarmGateway } from '../engine/effects.js';
import { explainAwsError } from './errors.js';

const PAGE = 100;

export function createAlarmGateway(client: () => Promise<CloudWatchClient>, where: string): AlarmGateway {
  return {
    async states(names) {
      const pages = Array.from({ length: Math.ceil(names.length / PAGE) }, (_, i) => names.slice(i * PAGE, (i + 1) * PAGE));
      const { DescribeAlarmsCommand } = await import('./sdk/cloudwatch.js');
      try {
        const answers = await Promise.all(
          pages.map(async (AlarmNames) =>
            (await client()).send(
              // Composite alarms are left out unless they are asked for.
              new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: PAGE }),
            ),
          ),
        );
        return answers
          .flatMap((answer) => [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])])
          .map((a) => ({ name: a.AlarmName ?? '', state: a.StateValue ?? 'INSUFFICIENT_DATA', reason: a.StateReason ?? null }));
      } catch (error) {
        throw explainAwsError(error, 'cloudwatch:DescribeAlarms', where);
      }
    },
  };
}
