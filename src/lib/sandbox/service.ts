/**
 * What a service of the embedded AWS is: operations over plain JSON state, and time that advances by events.
 * The server decodes requests and encodes answers with the SDK's own schemas; a service only writes behaviour.
 */
import type { ImageOutcome } from '../model/faults.js';

/** State of one account and region: one JSON-serialisable slice for each service. Never holds Dates, Maps or class instances. */
export interface Cell {
  readonly account: string;
  readonly region: string;
  /** Goes on with every change of the cell: what was made for a version holds as long as it does. Not a part of the state. */
  readonly version: number;
  /** The service's slice, created by `init` on first use. */
  slice<T extends object>(service: string, init: () => T): T;
}

export interface CallContext {
  readonly cell: Cell;
  /** Account of the caller after AssumeRole, and region: where the call lands. */
  readonly account: string;
  readonly region: string;
  /** Sandbox time, milliseconds since the epoch. */
  readonly now: number;
  /** Caller's ARN, e.g. `arn:aws:sts::111111111111:assumed-role/baf-deploy/demo`. */
  readonly callerArn: string;
  /** The caller's session, or null for a user's own key. */
  readonly session: Session | null;
  /** What the operation's `prepare` gave. */
  readonly prepared: unknown;
  /** Where the caller reached the sandbox, e.g. `http://127.0.0.1:4599`; not known in process. */
  readonly endpoint?: string;
  readonly world: World;
  /** Deterministic id source, kept in the state: hex characters. */
  id(length: number): string;
}

/** All cells, and what is shared by the services. */
export interface World {
  cell(account: string, region: string): Cell;
  /** Counts the version of these cells on: for what changes while something is only read. */
  changed(cells: readonly Cell[]): void;
  /** Deterministic id source, kept in the state. */
  id(length: number): string;
  hasAccount(id: string): boolean;
  accounts(): readonly string[];
  /** Credentials for a role's session; `expiresAt` in sandbox time, milliseconds. */
  createSession(session: Session): {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken: string;
  };
  session(accessKeyId: string): Session | null;
  /** Tasks that may run at once in `account/region` or `account/region/zone`, or null where no fault limits them. */
  capacity(where: string): number | null;
  /** For how long reads show what was there before a write, in milliseconds of sandbox time. */
  readsTrailMs(): number;
  /** Whether a role may do only what its policies say. */
  enforces(): boolean;
  /** Keeps which actions a role was allowed and denied while that is so. */
  noteAccess(role: string, action: string, allowed: boolean): void;
  /** Whether and how an image runs. */
  image(account: string, region: string, image: string): ImageFate;
}

/** Credentials that were handed out: by AssumeRole and its kin, and by single sign-on. */
export interface Session {
  readonly account: string;
  readonly arn: string;
  /** Sandbox time, milliseconds. */
  readonly expiresAt: number;
  /** Whether a session of a role made it: then the next is capped at an hour. */
  readonly chained?: boolean;
  /** Of a role's session; a session without it is a user's, and may what the user may. */
  readonly roleArn?: string;
  /** Sandbox time, milliseconds. */
  readonly issuedAt?: number;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  /** Session policies, JSON: what any of them allows, of what the role may. */
  readonly policies?: readonly string[];
}

/** What happens to a container started from an image. */
export interface ImageFate {
  outcome: ImageOutcome;
  digest: string;
}

/** Thrown by operations; encoded as AWS encodes it. `status` is the HTTP status (400 unless given). */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** Inputs come decoded by the SDK's schema: member names as in the SDK, timestamps as Date. Outputs likewise. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the schema decides the shape; each operation narrows it
export type Operation = (input: any, context: CallContext) => object;

export interface SandboxService {
  /** Signing name in the credential scope: ecs, ssm, sts, elasticloadbalancing, monitoring, ... (see wire/index.ts). */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** What an operation has to wait for before it is carried out in one go, e.g. the keys of an OIDC issuer. */
  readonly prepare?: Readonly<Record<string, (input: never, context: Omit<CallContext, 'prepared'>) => Promise<unknown>>>;
  /** Operations that change nothing: the state is not written after them. Default: names that begin with Get, List, Describe, Batch. */
  readonly readOnly?: readonly string[];
  /** Sandbox time of the next thing that happens by itself in this cell, or null. */
  nextEventAt?(cell: Cell, world: World): number | null;
  /** Lets what is due at `now` happen. Called in the order of time, for every `nextEventAt` up to the present. */
  advance?(cell: Cell, now: number, world: World): void;
}
