/** One service as it is meant to run in one environment: service values merged with its `environments.<env>` part. */
export interface ServiceSpec {
  readonly name: string;
  readonly template: string;
  /** Image repository without tag, e.g. `retail-store-sample-ui` (looked up in the target account's ECR) or a full `host/name`. */
  readonly image: string;
  readonly port: number | null;
  /** Path of the HTTP health check. */
  readonly health: string | null;
  /** Fargate CPU units (256 = 0.25 vCPU) and MiB of memory. */
  readonly cpu: number;
  readonly memory: number;
  readonly count: number;
  readonly command: readonly string[] | null;
  /** Plain environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Environment variable -> SSM parameter path (or Secrets Manager ARN) it is read from. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Services that have to be up before this one. */
  readonly needs: readonly string[];
  readonly deploy: {
    readonly strategy: 'rolling' | 'all-at-once';
    readonly minimumHealthyPercent: number;
    readonly maximumPercent: number;
  };
  /** Name by which the other services reach this one through Service Connect; null takes the service's own name. */
  readonly discovery: string | null;
  /** Tag used where none is given and no deploy tag exists. */
  readonly tag: string | null;
}
