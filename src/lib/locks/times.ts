/** The times of locks, milliseconds. */

/** A holder that gave no sign of life for so long stops by its own clock. */
export const LEASE_MS = 120_000;
/** How often it gives one: one write for all services of a deploy. */
export const RENEW_MS = 30_000;
/** Reads trail writes: what a successor reads may be so old. It waits for so long after a lease has ended. */
export const GRACE_MS = 30_000;
/** How far the clock of a successor and that of AWS may be apart, where it did not watch the lease end itself. */
export const SKEW_MS = 60_000;
/**
 * Old tickets stay for so long, and nobody acts on a reading as old as half of it: a number that somebody still
 * believes to be the next cannot be free again, because it was taken and deleted meanwhile.
 */
export const KEPT_MS = 3_600_000;
export const STALE_MS = KEPT_MS / 6;
