/** A request for access on demand as users see it: the `access` part of the JSON contract. Dates are ISO 8601 in UTC. */
export type AccessState = 'requested' | 'approved' | 'denied' | 'revoked' | 'expired';

export interface AccessChange {
  readonly state: AccessState;
  readonly at: string;
  /** Null where nobody did it: time ran out. */
  readonly by: string | null;
  readonly reason: string | null;
}

export interface AccessView {
  readonly id: string;
  readonly environment: string;
  readonly requester: string;
  readonly reason: string;
  /** What was asked for. */
  readonly forSeconds: number;
  readonly state: AccessState;
  readonly requestedAt: string;
  /** When a request that nobody answers is over; null once it was answered. */
  readonly lapsesAt: string | null;
  readonly approvedBy: string | null;
  readonly from: string | null;
  readonly until: string | null;
  /** Whether the policy was put in every account of the environment; a grant that is over is not in force. */
  readonly inForce: boolean;
  readonly history: readonly AccessChange[];
}
