/** What the CloudFormation engine needs of CloudFormation: plain values, no SDK types. */
export interface StackState {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StackPage {
  readonly stacks: readonly { readonly name: string; readonly state: StackState }[];
  readonly next: string | null;
}

export interface StackEvent {
  readonly at: number;
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
}

export interface CloudFormationGateway {
  /** By name (null where there is no such stack) or by id (also after it was deleted). */
  describe(stack: string): Promise<StackState | null>;
  /** A page of all stacks of the account and region, from the page that `next` named; null begins, and ends it. */
  list(page: string | null): Promise<StackPage>;
  template(stack: string): Promise<string>;
  /** Events of the operation that was begun with this token, newest first. */
  events(stack: string, token: string): Promise<StackEvent[]>;
  /** Both give the stack's id; `unchanged` where CloudFormation found nothing to update. */
  create(input: { name: string; body: string; tags: Readonly<Record<string, string>>; token: string }): Promise<string>;
  update(input: {
    name: string;
    body: string;
    tags: Readonly<Record<string, string>>;
    token: string;
  }): Promise<'started' | 'unchanged'>;
  delete(stack: string, token: string): Promise<void>;
}
