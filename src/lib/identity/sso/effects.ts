/** What a login needs of the world: files, a lock between processes, IAM Identity Center's OIDC, a person. */
import type { Clock } from '../../model/clock.js';
import type { ChosenFlow } from './flow.js';
import type { Client, RegisterRequest } from './registration.js';
import type { TokenAnswer } from './token-file.js';

/** Files of the shared cache, by name. */
export interface CacheFiles {
  /** The text, or null where there is no such file. One that is being written by somebody who does not rename is read again. */
  read(name: string): Promise<string | null>;
  /** Whole or not at all, readable by the owner only. */
  write(name: string, text: string): Promise<void>;
  /** Whether it was there. */
  remove(name: string): Promise<boolean>;
}

export interface Held {
  /** Whether somebody before, while this process waited, asked a person and got no login. */
  readonly askedInVain: boolean;
  /** Tells those who wait that a person was asked in vain. */
  tellInVain(): Promise<void>;
}

/** One process at a time for a name; freed when the work ends, and broken when its holder is gone. */
export type Lock = <T>(name: string, work: (held: Held) => Promise<T>) => Promise<T>;

export type Grant =
  | { readonly kind: 'refresh'; readonly refreshToken: string }
  | { readonly kind: 'device'; readonly deviceCode: string }
  | { readonly kind: 'code'; readonly code: string; readonly verifier: string; readonly redirectUri: string };

/** Why no token was given: OAuth's reasons, as data. */
export type Refusal = 'pending' | 'slow-down' | 'expired' | 'denied' | 'invalid-grant' | 'invalid-client';

export interface DeviceStart {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly address: string;
  /** With the code in it. */
  readonly addressWithCode: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly interval: number | null;
}

/** IAM Identity Center's OIDC in a region. Throws UserErrors where it cannot be reached or answers nothing that is known. */
export interface Oidc {
  /** Where its `/authorize` page is. */
  endpoint(): Promise<string>;
  register(request: RegisterRequest): Promise<Client>;
  startDevice(client: Client, startUrl: string): Promise<DeviceStart | { readonly refused: Refusal }>;
  createToken(client: Client, grant: Grant): Promise<TokenAnswer | { readonly refused: Refusal }>;
  /** How far the server's clock is ahead of this one, by the `Date` of its last answer; milliseconds, 0 before the first. */
  skewMs(): number;
}

/** What the person is told to open. */
export interface Prompt {
  readonly address: string;
  /** To be compared with what the page shows, or typed in; null for the browser's way. */
  readonly userCode: string | null;
  readonly flow: ChosenFlow;
}

/** A listener for the browser that comes back; on 127.0.0.1 only. */
export interface Callbacks {
  readonly port: number;
  close(): void;
}

/** A person who can be asked. */
export interface Person {
  readonly flow: ChosenFlow;
  /** Shows the address, and opens it where that was not declined. */
  prompt(prompt: Prompt): Promise<void>;
  /** Serves `answer` for each request: a status and a sentence for the page. */
  listen(answer: (target: string) => { readonly status: number; readonly text: string }): Promise<Callbacks>;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}

export interface SsoEffects {
  readonly files: CacheFiles;
  readonly lock: Lock;
  readonly oidc: Oidc;
  readonly clock: Clock;
  /** Null where nobody can be asked. */
  readonly person: Person | null;
}
