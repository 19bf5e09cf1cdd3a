/** Looks at stacks: at the pace at which AWS takes them, and many in one answer where the account's stacks may be listed. */
import { UserError } from '../../errors/user-error.js';
import type { CloudFormationGateway, StackPage, StackState } from './gateway.js';

/** Whose turn it is to look, where many stacks of one account and region are looked at. */
export interface Turns {
  run<T>(look: () => Promise<T>): Promise<T>;
}

export interface Looks {
  /** As it is now; null where there is no such stack. */
  one(stack: string): Promise<StackState | null>;
  /** The same, or as it was when it was looked at ahead: once. */
  first(stack: string): Promise<StackState | null>;
  /** Those whose first look comes next. */
  ahead(stacks: readonly string[]): Promise<void>;
}

/** So few are asked for one by one about as soon as a list is read. */
const FEW = 10;
/** A page of a list is worth so many single looks: where it takes more pages than that, the rest is looked at one by one. */
const LOOKS_A_PAGE = 8;

export function createLooks(gateway: Pick<CloudFormationGateway, 'describe' | 'list'>, turns: Turns): Looks {
  const seen = new Map<string, StackState | null>();
  let mayList = true;
  const one: Looks['one'] = (stack) => turns.run(() => gateway.describe(stack));
  const list = async (wanted: Set<string>): Promise<void> => {
    let page: string | null = null;
    for (let left = Math.floor(wanted.size / LOOKS_A_PAGE); left > 0 && wanted.size > 0; left--) {
      const from: string | null = page;
      const answer: StackPage = await turns.run(() => gateway.list(from));
      for (const { name, state } of answer.stacks) if (wanted.delete(name)) seen.set(name, state);
      page = answer.next;
      if (page !== null) continue;
      // All have been seen: there are none of these.
      for (const name of wanted) seen.set(name, null);
      return;
    }
  };
  return {
    one,
    async first(stack) {
      const state = seen.get(stack);
      if (state === undefined) return one(stack);
      seen.delete(stack);
      return state;
    },
    async ahead(stacks) {
      seen.clear();
      if (!mayList || stacks.length <= FEW) return;
      try {
        await list(new Set(stacks));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // A shorter way that is closed: each stack's own look says what is wrong, if anything is.
        mayList = false;
      }
    },
  };
}
