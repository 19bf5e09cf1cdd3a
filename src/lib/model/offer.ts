/** What the platform offers in a target, read there from SSM parameters under `/baf/platform/`. */
export interface PlatformOffer {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly cluster: string;
  /** ARN of the shared load balancer's HTTPS listener. */
  readonly listenerArn: string;
  readonly loadBalancerSecurityGroupId: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  /** Role by which ECS moves traffic at the load balancer; null where the platform has none, or no traffic is moved so. */
  readonly infrastructureRoleArn: string | null;
  /** Permissions boundary of the execution roles that stacks make; left out where all services share the platform's role. */
  readonly taskBoundaryArn?: string;
  /** Service Connect namespace. */
  readonly namespace: string;
  /** Domain of services in this environment, e.g. `prod.acme.example`. */
  readonly domain: string;
}
