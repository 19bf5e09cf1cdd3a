/** What pre-flight asks of AWS in one target: reads only, each many names a call. */
import type { CapacityFact } from '../preflight/capacity.js';
import type { EcrReference, ImageFact } from '../preflight/image.js';
import type { ClusterFact } from '../preflight/network.js';
import type { RoleFact } from '../preflight/roles.js';
import type { Decision, SecretFact } from '../preflight/secrets.js';

export interface Surroundings {
  /** Null where there is no such image, or no such repository. */
  image(reference: EcrReference): Promise<ImageFact | null>;
  role(name: string): Promise<RoleFact | null>;
  /** What the policies of a role say of one action, in the order of the resources. */
  decisions(roleArn: string, action: string, resources: readonly string[]): Promise<Decision[]>;
  /** Those of the names that are there. */
  parameters(names: readonly string[]): Promise<string[]>;
  /** With `keys`, its value is read for the names of its keys; the value itself is kept from all output. */
  secret(arn: string, keys: boolean): Promise<SecretFact | null>;
  logGroups(names: readonly string[]): Promise<string[]>;
  subnets(ids: readonly string[]): Promise<string[]>;
  securityGroups(ids: readonly string[]): Promise<string[]>;
  targetGroups(arns: readonly string[]): Promise<string[]>;
  cluster(name: string): Promise<ClusterFact | null>;
  /** Of the cluster's instances; with names, of those capacity providers only. */
  capacity(cluster: string, providers: readonly string[] | null): Promise<CapacityFact>;
}
