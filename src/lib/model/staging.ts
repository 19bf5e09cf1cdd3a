/** A staging as users see it: the `staging` part of the JSON contract. Dates are ISO 8601 in UTC. */
export interface StagingView {
  readonly name: string;
  readonly owner: string;
  readonly environment: string;
  readonly status: 'creating' | 'ready' | 'incomplete' | 'sleeping' | 'deleting' | 'failed';
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly cost: { readonly perHour: number; readonly currency: string } | null;
  readonly services: readonly {
    readonly service: string;
    readonly tag: string;
    readonly status: string;
    readonly url: string | null;
  }[];
}
