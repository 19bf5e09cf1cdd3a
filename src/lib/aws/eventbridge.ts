/** The only place that calls EventBridge. */
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { EventGateway } from '../engine/effects.js';
import { UserError } from '../errors/user-error.js';
import { explainAwsError } from './errors.js';

/** Of one entry, beside a call that went well. */
const BUSY = /^(ThrottlingException|InternalException|InternalFailure)$/;

/** `client` must not try again by itself: who sends has little time. */
export function createEventGateway(client: () => Promise<EventBridgeClient>, where: string): EventGateway {
  return {
    async put({ bus, source, detailType, detail, at }, signal) {
      const { PutEventsCommand } = await import('./sdk/eventbridge.js');
      const entry = {
        EventBusName: bus,
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
        Time: new Date(at),
      };
      try {
        const answer = await (await client()).send(new PutEventsCommand({ Entries: [entry] }), { abortSignal: signal });
        const [result] = answer.Entries ?? [];
        if (result?.ErrorCode)
          throw new UserError(result.ErrorCode, {
            message: `events:PutEvents in ${where} failed: ${result.ErrorCode}: ${result.ErrorMessage ?? ''}`,
            exitCode: 1,
            transient: BUSY.test(result.ErrorCode),
          });
      } catch (error) {
        throw explainAwsError(error, 'events:PutEvents', where);
      }
    },
  };
}
