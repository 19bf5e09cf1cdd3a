/** Sessions of the platform's roles, by the way that was chosen: wires STS, the portal and the tokens of pipelines. */
import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { UserError } from '../errors/user-error.js';
import type { Labels } from '../identity/labels.js';
import type { Outlook } from '../identity/outlast.js';
import { personOf } from '../identity/person.js';
import { createRoles, type Credentials, type CredentialStore, type Roles } from '../identity/roles.js';
import { createServerClock, skewText, type ServerClock } from '../identity/server-clock.js';
import type { SsoTokens } from '../identity/sso/types.js';
import { renewable, sourceOf, stepsTo, wordsOf, type Step, type TokenSource, type Way } from '../identity/way.js';
import { keepCredentials } from '../redaction/secrets.js';
import type { IdentityRules } from '../model/platform.js';
import { explainStep } from './explain-step.js';
import type { SsoGateway } from './sso.js';
import { createTakeStep } from './take-step.js';
import { observeDate, type SharedConfig } from './transport.js';

export interface SessionOptions {
  readonly way: Way;
  readonly rules: IdentityRules;
  /** @param person as AWS names them, or null where AWS was not asked */
  readonly labels: (person: string | null) => Labels;
  /** Whether sessions are named after the person that AWS knows; a pipeline names its run itself. */
  readonly asksWho: boolean;
  readonly stsRegion: string;
  /** Milliseconds since the epoch: this computer's clock, or the sandbox's. */
  readonly now: () => number;
  readonly store: CredentialStore | null;
  /** A fresh token of the pipeline. */
  readonly token: (source: TokenSource) => Promise<string>;
  readonly ssoTokens: (() => Promise<SsoTokens>) | null;
  /** End of the first credentials where something tells it: they cannot be renewed then. */
  readonly baseEndsAt: Date | null;
  readonly warn: (text: string) => void;
}

/** Who the user is for AWS. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly expiresAt: Date | null;
  /** Where the first credentials came from, and how the roles are reached, in words. */
  readonly source: string;
  readonly way: string;
}

export interface Sessions {
  readonly roles: Roles;
  readonly clock: ServerClock;
  readonly way: Way;
  stepsTo(accountId: string): Step[];
  /** Before any role is assumed; of the role in `accountId` where the way leads straight there. */
  caller(accountId: string): Promise<Caller>;
  outlook(): Outlook;
  /** The portal, where the way goes through single sign-on. */
  readonly portal: (() => Promise<SsoGateway>) | null;
}

const SANDBOX_KEYS = { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' };
/** STS wants no signature for web identity; the client wants keys all the same. */
const NO_KEYS = { accessKeyId: 'none', secretAccessKey: 'none' };
/** Clients that sign with one session each; a deploy has one or two of them. */
const CLIENTS_KEPT = 8;

export function createSessions(options: SessionOptions, shared: () => Promise<SharedConfig>): Sessions {
  const { way, rules, stsRegion, warn } = options;
  const { base } = way;
  const clock = createServerClock(Date.now, options.now);
  let told = false;
  const observe = (date: string | undefined): void => {
    clock.observe(date);
    const skew = skewText(clock.behindMs());
    if (skew && !told) {
      told = true;
      warn(`${skew}: baf allows for it, other tools may be refused. Set the clock.`);
    }
  };
  const held = new Map<string, Promise<STSClient>>();
  const openSts = async (config: STSClientConfig): Promise<STSClient> => {
    const { STSClient } = await import('./sdk/sts.js');
    return observeDate(
      new STSClient({
        region: stsRegion,
        ...(await shared()),
        systemClockOffset: clock.behindMs(),
        ...config,
      } as STSClientConfig),
      observe,
    );
  };
  const sts = (from: Credentials | null | 'none'): Promise<STSClient> => {
    const key = from === null ? 'base' : from === 'none' ? 'none' : from.accessKeyId;
    const known = held.get(key);
    if (known) return known;
    const config: STSClientConfig =
      from === 'none'
        ? { credentials: NO_KEYS }
        : from
          ? { credentials: from }
          : base.kind === 'sandbox'
            ? { credentials: SANDBOX_KEYS }
            : base.kind === 'sdk' && base.profile !== null
              ? { profile: base.profile }
              : {};
    const made = openSts(config);
    held.set(key, made);
    made.catch(() => held.delete(key));
    for (const old of [...held.keys()].slice(0, Math.max(0, held.size - CLIENTS_KEPT)))
      if (old !== 'base' && old !== 'none') held.delete(old);
    return made;
  };
  let person: Promise<string | null> | null = null;
  const askWho = async (from: Credentials | null): Promise<string | null> => {
    const { GetCallerIdentityCommand } = await import('./sdk/sts.js');
    const { Arn } = await (await sts(from)).send(new GetCallerIdentityCommand({}));
    // A session that was kept on the way, of a hub, is baf's own, and carries the name already.
    return personOf(Arn ?? '')?.replace(/^baf-/, '') ?? null;
  };
  const labels = async (from: Credentials | null | 'none'): Promise<Labels> => {
    if (!options.asksWho || from === 'none' || base.kind === 'sandbox') return options.labels(null);
    person ??= askWho(from);
    person.catch(() => (person = null));
    return options.labels(await person);
  };
  let gateway: Promise<SsoGateway> | null = null;
  const openPortal = async (): Promise<SsoGateway> => {
    const { createSsoGateway } = await import('./sso.js');
    return createSsoGateway({ shared, region: rules.sso!.region, tokens: await options.ssoTokens!(), observe });
  };
  const portal = base.kind === 'sso' && options.ssoTokens ? () => (gateway ??= openPortal()) : null;
  const steps = (accountId: string): Step[] => stepsTo(base, rules, accountId);
  const explain = (error: unknown, step: Step): UserError => explainStep(error, step, way, stsRegion, clock.behindMs());
  const roles = createRoles({
    take: createTakeStep({ base, labels, sts, token: options.token, sso: portal }),
    stepsTo: steps,
    now: clock.now,
    store: options.store,
    warn,
    explain,
  });
  const first = (accountId: string): Step | null => {
    const [step] = steps(accountId);
    return step && step.kind !== 'assume' ? step : null;
  };
  return {
    roles,
    clock,
    way,
    stepsTo: steps,
    portal,
    outlook: () => ({ base, endsAt: renewable(base) ? options.baseEndsAt : roles.endsAt() }),
    async caller(accountId) {
      const step = first(accountId);
      try {
        const { GetCallerIdentityCommand } = await import('./sdk/sts.js');
        const session = step ? await roles.first(accountId)() : null;
        const client = await sts(session);
        const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
        const own = session ?? (await client.config.credentials());
        keepCredentials(own);
        return {
          account: Account ?? '',
          arn: Arn ?? '',
          userId: UserId ?? '',
          expiresAt: own.expiration ?? null,
          source: sourceOf(base),
          way: wordsOf(steps('{account}')),
        };
      } catch (error) {
        throw explain(error, step ?? { kind: 'assume', roleArn: 'sts:GetCallerIdentity', externalId: null });
      }
    },
  };
}
