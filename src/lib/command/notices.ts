/** Who is told of a deploy, by the platform file: webhooks whose addresses are kept elsewhere, and an event bus. */
import type { App } from '../app.js';
import { createNotices, NoticeUnsent, type NoticeReceiver, type Notices } from '../engine/notices.js';
import { UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { EventBridgeRule, Notice, WebhookRule } from '../model/notice.js';
import type { Environment } from '../model/platform.js';
import { detailOf, DETAIL_TYPES, EVENT_SOURCE } from '../notices/detail.js';
import { slackMessage } from '../notices/slack.js';
import { keepSecret } from '../redaction/secrets.js';
import { createClock } from '../system/clock.js';

/** After the deploy, what is on its way is waited for; less where the process was told to end. Wall clock, milliseconds. */
const SETTLE_MS = 8_000;
const LEAVING_MS = 2_000;

export interface OpenNotices {
  readonly platform: string;
  send(notice: Notice): void;
  /** Waits a little for what is on its way, less once `signal` ends; never throws. */
  settle(signal: AbortSignal): Promise<void>;
  /** What was not sent, for when progress is no longer shown. */
  readonly warnings: readonly string[];
}

/** The same events; at their end, when the lock was given back, notices that are on their way are waited for. */
export async function* settled<E>(
  notices: OpenNotices,
  signal: AbortSignal,
  events: AsyncGenerator<E, void>,
): AsyncGenerator<E, void> {
  try {
    yield* events;
  } finally {
    await notices.settle(signal);
  }
}

export function openNotices(app: Pick<App, 'effects' | 'endpoint' | 'platform'>, environment: Environment): OpenNotices {
  const warnings: string[] = [];
  let notices: Notices | null = null;
  return {
    platform: app.platform.name,
    warnings,
    send(notice) {
      notices ??= createNotices(
        receiversOf(app, environment, (text) => warnings.push(text)),
        createClock(),
      );
      notices.send(notice);
    },
    async settle(signal) {
      const left = signal.aborted ? LEAVING_MS : SETTLE_MS;
      warnings.push(...((await notices?.settle(left, signal)) ?? []));
    },
  };
}

function receiversOf(
  app: Pick<App, 'effects' | 'endpoint'>,
  environment: Environment,
  warn: (text: string) => void,
): NoticeReceiver[] {
  const { webhooks, eventBridge } = environment.notify;
  return [
    ...webhooks.map((rule) => webhook(rule, app, environment, warn)),
    ...(eventBridge ? [bus(eventBridge, app, environment)] : []),
  ];
}

function webhook(
  rule: WebhookRule,
  { effects, endpoint }: Pick<App, 'effects' | 'endpoint'>,
  environment: Environment,
  warn: (text: string) => void,
): NoticeReceiver {
  const name = `the webhook of ${rule.name}`;
  let found: Promise<URL | null> | null = null;
  const open = async (): Promise<URL | null> => {
    const address = addressOf(rule, await valueOf(rule, environment, effects));
    if (endpoint === null || isHere(address)) return address;
    warn(`${sentence(name)} is not called from the sandbox: a rehearsal is told only to an address of this machine.`);
    return null;
  };
  return {
    name,
    on: rule.on,
    async send(notice, signal) {
      found ??= open();
      const address = await found.catch((error: unknown) => {
        found = null;
        throw error;
      });
      if (address === null) return;
      const { postJson } = await import('../system/webhook.js');
      await postJson(address, slackMessage(notice), signal);
    },
  };
}

const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

async function valueOf(rule: WebhookRule, environment: Environment, effects: App['effects']): Promise<string> {
  if (rule.from === 'env') {
    const value = process.env[rule.name]?.trim();
    if (!value) throw new NoticeUnsent(`the environment variable ${rule.name} is not set`, false);
    return value;
  }
  const home = homeOf(environment);
  const [parameter] = await effects.at(home).values.ssm.read([rule.name]).catch(transient);
  if (!parameter?.value) throw new NoticeUnsent(`there is no parameter ${rule.name} in ${home.name}`, false);
  return parameter.value.trim();
}

/** Known as a secret before it is anything else; its path alone, too: errors may name that. */
function addressOf(rule: WebhookRule, text: string): URL {
  keepSecret(text);
  const address = URL.canParse(text) ? new URL(text) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new NoticeUnsent(`${rule.name} holds no address (https://...)`, false);
  keepSecret(address.href);
  keepSecret(address.pathname + address.search);
  return address;
}

const isHere = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

function bus({ bus: name, on }: EventBridgeRule, { effects }: Pick<App, 'effects'>, environment: Environment): NoticeReceiver {
  const home = homeOf(environment);
  return {
    name: `the event bus ${name} in ${home.name}`,
    on,
    send: (notice, signal) =>
      effects
        .at(home)
        .events.put(
          { bus: name, source: EVENT_SOURCE, detailType: DETAIL_TYPES[notice.moment], detail: detailOf(notice), at: notice.at },
          signal,
        )
        .catch(transient),
  };
}

function transient(error: unknown): never {
  throw error instanceof UserError ? new NoticeUnsent(error.message, error.transient) : error;
}
