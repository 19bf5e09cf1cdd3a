/** Whether the sandbox enforces IAM, and what roles asked for while it did. */
export interface IamReport {
  readonly enforced: boolean;
  readonly access: readonly {
    /** ARN. */
    readonly role: string;
    readonly action: string;
    readonly allowed: number;
    readonly denied: number;
  }[];
}
