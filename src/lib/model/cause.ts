/** Why something failed, in the three parts a user needs: a stable code, what happened, what to do about it. */
export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}
