/** `notify` of the platform file, of the whole or of one environment. */
import { NO_NOTICES, type NoticeMoment, type NotifyRules, type WebhookRule } from '../model/notice.js';
import type { PlatformFile } from './definition-platform.js';
import type { Problem } from './problem.js';

const ALL: readonly NoticeMoment[] = ['start', 'failure', 'end'];

export function notifyOf(input: PlatformFile['notify'], base: readonly (string | number)[], found: Problem[]): NotifyRules {
  if (!input) return NO_NOTICES;
  const webhooks = (input.webhooks ?? []).flatMap(({ env, ssm, on = ALL }, index): WebhookRule[] => {
    if ((env === undefined) === (ssm === undefined)) {
      const message =
        'the address of a webhook is a secret that is kept elsewhere: name either env (a variable) or ssm (a parameter)';
      found.push({ path: [...base, 'webhooks', index], message });
      return [];
    }
    return env === undefined ? [{ from: 'ssm', name: ssm!, on }] : [{ from: 'env', name: env, on }];
  });
  const { eventBridge } = input;
  return { webhooks, eventBridge: eventBridge ? { bus: eventBridge.bus ?? 'default', on: eventBridge.on ?? ALL } : null };
}
