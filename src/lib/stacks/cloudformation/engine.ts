/** The CloudFormation engine: unchanged is one read and no write; an interrupted apply is waited for, never begun twice. */
import { createHash } from 'node:crypto';
import { ExitCode, UserError } from '../../errors/user-error.js';
import type { Clock } from '../../model/clock.js';
import type { StackChange, StackEngine, StackPlan, StackResult, StackSpec } from '../engine.js';
import type { CloudFormationGateway, StackState } from './gateway.js';
import { createLooks, type Turns } from './looks.js';

export const HASH_TAG = 'baf:template-sha256';
const POLL_MS = 2_000;

type Resources = Record<string, { Type: string }>;

/** Hash of what was asked for: key order does not count. */
export function hashOf(spec: StackSpec): string {
  return createHash('sha256')
    .update(canonical({ template: spec.template, tags: spec.tags }))
    .digest('hex');
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const moving = (state: StackState): boolean => state.status.endsWith('_IN_PROGRESS') && state.status !== 'REVIEW_IN_PROGRESS';
/** A first creation that failed leaves a stack that can only be deleted. */
const dead = (state: StackState): boolean =>
  ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'REVIEW_IN_PROGRESS', 'DELETE_FAILED', 'CREATE_FAILED'].includes(state.status);
/** On its way to being deleted, or to a state in which it can only be deleted. */
const doomed = (state: StackState): boolean =>
  dead(state) || ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'ROLLBACK_IN_PROGRESS'].includes(state.status);
/** AWS lets nobody update it: a rollback has to be finished by hand. */
const stuck = (state: StackState): boolean => state.status === 'UPDATE_ROLLBACK_FAILED';
const good = (state: StackState): boolean => ['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(state.status);

/** Resources of a template's text; null where it was not written by baf (YAML, for one). */
function resourcesIn(body: string): Resources | null {
  try {
    return (JSON.parse(body) as { Resources?: Resources }).Resources ?? {};
  } catch {
    return null;
  }
}

/** Somebody else began an operation between our look and our call. */
const overtaken = (error: unknown): boolean =>
  error instanceof UserError &&
  (error.code === 'AlreadyExistsException' || /_IN_PROGRESS state and can ?not be updated/.test(error.message));

const AT_ONCE: Turns = { run: (look) => look() };

export function createCloudFormationEngine(gateway: CloudFormationGateway, clock: Clock, turns = AT_ONCE): StackEngine {
  const looks = createLooks(gateway, turns);
  /** Outputs as they were when a stack was last looked at and found good. */
  const seen = new Map<string, Record<string, string>>();

  /** The looks of all stacks share the pace: few are seen every two seconds, of many each the more seldom. */
  const settle = async (stack: string, signal: AbortSignal): Promise<StackState | null> => {
    for (;;) {
      const state = await looks.one(stack);
      if (!state || !moving(state)) return state;
      await clock.sleep(POLL_MS, signal);
      signal.throwIfAborted();
    }
  };

  const plan = async (spec: StackSpec): Promise<StackPlan> => {
    const state = await looks.first(spec.name);
    seen.delete(spec.name);
    const wanted = (spec.template as { Resources?: Resources }).Resources ?? {};
    const added = Object.entries(wanted).map(([logicalId, { Type }]): StackChange => ({
      action: 'add',
      logicalId,
      type: Type,
      replacement: false,
    }));
    if (!state || doomed(state)) return { action: 'create', changes: added };
    if (good(state)) seen.set(spec.name, { ...state.outputs });
    if (good(state) && state.tags[HASH_TAG] === hashOf(spec)) {
      return { action: 'none', changes: [] };
    }
    const known = resourcesIn(await gateway.template(spec.name));
    const have = known ?? wanted;
    const changed = Object.entries(wanted)
      .filter(([id, resource]) => known === null || (have[id] && canonical(have[id]) !== canonical(resource)))
      .map(([logicalId, { Type }]): StackChange => ({ action: 'modify', logicalId, type: Type, replacement: false }));
    const removed = Object.entries(have)
      .filter(([id]) => !wanted[id])
      .map(([logicalId, { Type }]): StackChange => ({ action: 'remove', logicalId, type: Type, replacement: false }));
    return { action: 'update', changes: [...added.filter((c) => !have[c.logicalId]), ...changed, ...removed] };
  };

  const fail = async (name: string, state: StackState, token: string): Promise<never> => {
    const events = await gateway.events(state.id, token);
    const failed = events.filter((e) => e.status.endsWith('_FAILED') && !/cancelled$/i.test(e.reason ?? ''));
    const first = failed.filter((e) => e.type !== 'AWS::CloudFormation::Stack').at(-1) ?? failed.at(-1);
    const what = first ? `${first.logicalId} (${first.type}): ${first.reason ?? first.status}` : (state.reason ?? state.status);
    throw new UserError('StackFailed', {
      message: `The stack ${name} ended as ${state.status}: ${what}`,
      nextSteps: [
        state.status === 'DELETE_FAILED'
          ? 'Remove what still uses it, then run the same command again: the deletion goes on where it stopped.'
          : 'Fix what it names, then run the same command again: the stack is taken up where it stands.',
      ],
      exitCode: ExitCode.failed,
    });
  };

  const remove = async (name: string, state: StackState, signal: AbortSignal): Promise<void> => {
    const token = `baf-delete-${Math.abs(clock.now())}`;
    await gateway.delete(name, token);
    seen.delete(name);
    const ended = await settle(state.id, signal);
    if (ended && ended.status !== 'DELETE_COMPLETE') await fail(name, ended, token);
  };

  /** Null where somebody else was faster: then look again. */
  const write = async (
    spec: StackSpec,
    hash: string,
    state: StackState | null,
    signal: AbortSignal,
  ): Promise<StackResult | null> => {
    const token = `baf-${hash.slice(0, 32)}-${state ? 'u' : 'c'}${Math.abs(clock.now())}`;
    const input = { name: spec.name, body: JSON.stringify(spec.template), tags: { ...spec.tags, [HASH_TAG]: hash }, token };
    try {
      if (!state) await gateway.create(input);
      else if ((await gateway.update(input)) === 'unchanged') return { changed: false, outputs: { ...state.outputs } };
    } catch (error) {
      if (overtaken(error)) return null;
      throw error;
    }
    const ended = await settle(spec.name, signal);
    if (!ended) {
      const next = ['Run the same command again.'];
      const message = `The stack ${spec.name} was deleted by somebody else while it was being made.`;
      throw new UserError('StackFailed', { message, nextSteps: next, exitCode: ExitCode.failed });
    }
    return good(ended) ? { changed: true, outputs: { ...ended.outputs } } : fail(spec.name, ended, token);
  };

  const apply: StackEngine['apply'] = async (spec, signal) => {
    const hash = hashOf(spec);
    for (;;) {
      seen.delete(spec.name);
      const state = await settle(spec.name, signal);
      if (state && good(state) && state.tags[HASH_TAG] === hash) return { changed: false, outputs: { ...state.outputs } };
      if (state && stuck(state))
        throw new UserError('StackStuck', {
          message: `The stack ${spec.name} is in ${state.status}: ${state.reason ?? 'its last rollback did not end'}`,
          nextSteps: [
            `aws cloudformation continue-update-rollback --stack-name ${spec.name}`,
            'Then run the same command again.',
          ],
          exitCode: ExitCode.failed,
        });
      const there = state && !dead(state) ? state : null;
      if (state && !there) await remove(spec.name, state, signal);
      const result = await write(spec, hash, there, signal);
      if (result) return result;
      await clock.sleep(POLL_MS, signal);
    }
  };

  return {
    lookAhead: looks.ahead,
    plan,
    apply,
    async destroy(name, signal) {
      const state = await settle(name, signal);
      if (state && state.status !== 'DELETE_COMPLETE') await remove(name, state, signal);
    },
    async outputs(name) {
      const known = seen.get(name);
      if (known) return known;
      const state = await looks.one(name);
      return state ? { ...state.outputs } : null;
    },
  };
}
