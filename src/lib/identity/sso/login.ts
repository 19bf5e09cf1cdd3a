/** A person logs in: by a browser that comes back with a code, or by a device's code that is polled for. */
import type { Oidc, Person, SsoEffects } from './effects.js';
import { loginDenied, loginFailed, loginTimedOut } from './errors.js';
import { authorizeUrl, judgeCallback, newSecrets, redirectTo } from './pkce.js';
import { keepSecret } from '../../redaction/secrets.js';
import { registerRequest, registrationFile, registrationFileName, scopesFor, usableClient, type Client } from './registration.js';
import { newToken, type TokenAnswer } from './token-file.js';
import type { SsoSession } from './types.js';

const LIMIT_MS = 600_000;
/** RFC 8628: where the server names none, and what SlowDown adds. */
const INTERVAL_S = 5;
const SLOWER_S = 5;

type Effects = Pick<SsoEffects, 'files' | 'oidc' | 'clock'>;

/** The text of the token's file. */
export async function logIn(session: SsoSession, effects: Effects, person: Person): Promise<string> {
  const first = await clientFor(session, effects, person, false);
  const way = person.flow.flow === 'browser' ? byBrowser : byDevice;
  let done = await way(session, first, effects, person);
  if (done === 'unknown-client') done = await way(session, await clientFor(session, effects, person, true), effects, person);
  if (done === 'unknown-client') throw loginFailed(session, 'invalid_client');
  const { oidc, clock } = effects;
  return newToken(session, done.client, done.answer, clock.now() + oidc.skewMs());
}

interface Done {
  readonly client: Client;
  readonly answer: TokenAnswer;
}

async function clientFor(session: SsoSession, effects: Effects, { flow }: Person, anew: boolean): Promise<Client> {
  const { files, oidc, clock } = effects;
  const name = registrationFileName(session);
  const text = anew ? null : await files.read(name);
  const held = text === null ? null : usableClient(text, flow.flow, scopesFor(session), clock.now());
  keepSecret(held?.secret);
  if (held) return held;
  const request = registerRequest(session, flow.flow);
  const client = await oidc.register(request);
  await files.write(name, registrationFile(client, request));
  return client;
}

async function byBrowser(
  session: SsoSession,
  client: Client,
  effects: Effects,
  person: Person,
): Promise<Done | 'unknown-client'> {
  const { oidc } = effects;
  const secrets = newSecrets();
  keepSecret(secrets.verifier);
  const waiting = deferred<{ code: string } | { refused: string }>();
  const callbacks = await person.listen((target) => {
    const callback = judgeCallback(target, secrets.state);
    switch (callback.is) {
      case 'code':
        keepSecret(callback.code);
        waiting.resolve({ code: callback.code });
        return { status: 200, text: 'Allowed. Your terminal goes on: you can close this window.' };
      case 'refused':
        waiting.resolve({ refused: callback.error });
        return { status: 200, text: 'Not allowed. You can close this window.' };
      case 'forged':
        return { status: 400, text: 'This is no answer to the login that waits here.' };
      case 'other':
        return { status: 404, text: 'There is nothing here.' };
    }
  });
  try {
    const redirectUri = redirectTo(callbacks.port);
    const address = authorizeUrl({
      ...secrets,
      endpoint: await oidc.endpoint(),
      clientId: client.id,
      redirectUri,
      scopes: scopesFor(session),
    });
    await person.prompt({ address, userCode: null, flow: person.flow });
    const came = await within(LIMIT_MS, waiting.promise, person.signal);
    if (came === null) throw loginTimedOut(session, false);
    if ('refused' in came) throw loginDenied(session, came.refused.replace(/[^\w. -]/g, '').slice(0, 80));
    const answer = await oidc.createToken(client, { kind: 'code', code: came.code, verifier: secrets.verifier, redirectUri });
    if (!('refused' in answer)) return { client, answer };
    if (answer.refused === 'invalid-client') return 'unknown-client';
    throw answer.refused === 'expired' ? loginTimedOut(session, false) : loginFailed(session, answer.refused);
  } finally {
    callbacks.close();
  }
}

async function byDevice(session: SsoSession, client: Client, effects: Effects, person: Person): Promise<Done | 'unknown-client'> {
  const { oidc, clock } = effects;
  const device = await oidc.startDevice(client, session.startUrl);
  if ('refused' in device) {
    if (device.refused === 'invalid-client') return 'unknown-client';
    throw loginFailed(session, device.refused);
  }
  const end = clock.now() + device.expiresIn * 1000;
  await person.prompt({ address: device.addressWithCode, userCode: device.userCode, flow: person.flow });
  let interval = device.interval ?? INTERVAL_S;
  while (clock.now() < end) {
    await clock.sleep(interval * 1000, person.signal);
    const answer = await poll(oidc, client, device.deviceCode);
    if (!('refused' in answer)) return { client, answer };
    switch (answer.refused) {
      case 'pending':
        break;
      case 'slow-down':
        interval += SLOWER_S;
        break;
      case 'expired':
        throw loginTimedOut(session, true);
      case 'denied':
        throw loginDenied(session, 'access_denied');
      default:
        throw loginFailed(session, answer.refused);
    }
  }
  throw loginTimedOut(session, true);
}

/** An answer that is lost is asked for again, more slowly (RFC 8628, 3.5); what is wrong for good says so next time. */
async function poll(oidc: Oidc, client: Client, deviceCode: string): ReturnType<Oidc['createToken']> {
  try {
    return await oidc.createToken(client, { kind: 'device', deviceCode });
  } catch {
    return { refused: 'slow-down' };
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** Null when the time is over. A person's time is the wall clock's, also where the sandbox's runs faster. */
function within<T>(ms: number, promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const abort = (): void => end(() => reject(signal!.reason as Error));
    const timer = setTimeout(() => end(() => resolve(null)), ms);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error as Error)),
    );
  });
}
