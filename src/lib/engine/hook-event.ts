import type { BafEvent } from '../model/event.js';

type Bare<E> = E extends { type: `hook.${string}` } ? Omit<E, 'at' | 'service' | 'target'> : never;
/** An event of a hook, without when and where. */
export type HookEvent = Bare<BafEvent>;
