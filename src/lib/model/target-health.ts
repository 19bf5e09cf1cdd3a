/** A target of a target group that is not healthy, as the load balancer tells it. */
export interface TargetHealth {
  /** Address and port. */
  readonly target: string;
  /** `unhealthy`, `initial`, `draining`, `unused`, `unavailable`. */
  readonly state: string;
  /** For instance `Target.ResponseCodeMismatch`. */
  readonly reason: string | null;
  readonly description: string | null;
}
