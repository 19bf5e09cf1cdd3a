/** Why something failed, in the parts a user needs: a stable code, what happened, what to do about it, what the log said. */
export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  /** The last lines of the containers that failed, the oldest first; where there are some. Not kept on record. */
  readonly logs?: readonly string[];
}
