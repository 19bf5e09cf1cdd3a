/** One resource of a stack that changes. `action` is `add`, `modify` or `remove`. */
export interface StackChange {
  readonly action: string;
  readonly logicalId: string;
  /** E.g. `AWS::EC2::SecurityGroup`. */
  readonly type: string;
  readonly replacement: boolean;
}
