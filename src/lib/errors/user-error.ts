/** Exit codes of the contract (cli.md). */
export const ExitCode = { done: 0, failed: 1, usage: 2, denied: 3, refused: 4, partial: 5, differences: 6, bug: 70 } as const;

export interface UserErrorOptions {
  message: string;
  nextSteps?: string[];
  exitCode?: number;
  details?: unknown;
  /** Trying again later may do: a throttle, a fault of AWS's own, the network. */
  transient?: boolean;
}

/** A mistake or refusal that a user can do something about: never shown with a stack trace. Everything else is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly nextSteps: string[];
  readonly exitCode: number;
  readonly details: unknown;
  readonly transient: boolean;
  /** @param code stable PascalCase code, e.g. `ServiceUnknown`. */
  constructor(code: string, options: UserErrorOptions) {
    super(options.message);
    this.code = code;
    this.nextSteps = options.nextSteps ?? [];
    this.exitCode = options.exitCode ?? ExitCode.usage;
    this.details = options.details;
    this.transient = options.transient ?? false;
  }
}
