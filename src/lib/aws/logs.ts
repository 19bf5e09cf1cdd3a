/** The only place that calls CloudWatch Logs. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LogsGateway } from '../engine/effects.js';

/** Logs explain a failure; that they cannot be read never hides the failure itself, so every error gives no lines. */
export function createLogsGateway(client: () => Promise<CloudWatchLogsClient>): LogsGateway {
  return {
    async tail(logGroupName, logStreamName, limit) {
      try {
        const { GetLogEventsCommand } = await import('./sdk/logs.js');
        const page = await (
          await client()
        ).send(new GetLogEventsCommand({ logGroupName, logStreamName, limit, startFromHead: false }));
        return (page.events ?? []).map((event) => event.message ?? '');
      } catch {
        return [];
      }
    },
    async follow(logGroupName, logStreamName, nextToken) {
      try {
        const { GetLogEventsCommand } = await import('./sdk/logs.js');
        const page = await (
          await client()
        ).send(
          new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, ...(nextToken ? { nextToken } : {}) }),
        );
        return { lines: (page.events ?? []).map((event) => event.message ?? ''), next: page.nextForwardToken ?? nextToken };
      } catch {
        return { lines: [], next: nextToken };
      }
    },
  };
}
