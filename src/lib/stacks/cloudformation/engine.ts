/** The CloudFormation engine: unchanged is one read and no write; an interrupted apply is waited for, never begun twice. */
import { createHash } from 'node:crypto';
import { UserError } from '../../errors/user-error.js';
import type { Clock } from '../../model/clock.js';
import type { StackChange, StackEngine, StackPlan, StackSpec } from '../engine.js';
import type { CloudFormationGateway, StackState } from './gateway.js';

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
const good = (state: StackState): boolean => ['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(state.status);

export function createCloudFormationEngine(gateway: CloudFormationGateway, clock: Clock): StackEngine {
  const seen = new Map<string, Record<string, string>>();

  const settle = async (stack: string, signal: AbortSignal): Promise<StackState | null> => {
    for (;;) {
      const state = await gateway.describe(stack);
      if (!state || !moving(state)) return state;
      await clock.sleep(POLL_MS, signal);
    }
  };

  const plan = async (spec: StackSpec): Promise<StackPlan> => {
    const state = await gateway.describe(spec.name);
    const wanted = (spec.template as { Resources?: Resources }).Resources ?? {};
    const added = Object.entries(wanted).map(([logicalId, { Type }]): StackChange => ({
      action: 'add',
      logicalId,
      type: Type,
      replacement: false,
    }));
    if (!state || dead(state)) return { action: 'create', changes: added };
    if (good(state) && state.tags[HASH_TAG] === hashOf(spec)) {
      seen.set(spec.name, { ...state.outputs });
      return { action: 'none', changes: [] };
    }
    const have = (JSON.parse(await gateway.template(spec.name)) as { Resources?: Resources }).Resources ?? {};
    const changed = Object.entries(wanted)
      .filter(([id, resource]) => have[id] && canonical(have[id]) !== canonical(resource))
      .map(([logicalId, { Type }]): StackChange => ({ action: 'modify', logicalId, type: Type, replacement: false }));
    const removed = Object.entries(have)
      .filter(([id]) => !wanted[id])
      .map(([logicalId, { Type }]): StackChange => ({ action: 'remove', logicalId, type: Type, replacement: false }));
    return { action: 'update', changes: [...added.filter((c) => !have[c.logicalId]), ...changed, ...removed] };
  };

  const fail = async (spec: { name: string }, state: StackState, since: number): Promise<never> => {
    const events = await gateway.events(state.id);
    const first = events.filter((e) => e.at >= since && /_FAILED$/.test(e.status) && !/cancelled$/i.test(e.reason ?? '')).at(-1);
    const what = first ? `${first.logicalId} (${first.type}): ${first.reason ?? first.status}` : (state.reason ?? state.status);
    throw new UserError('StackFailed', {
      message: `The stack ${spec.name} ended as ${state.status}: ${what}`,
      nextSteps: ['Fix what it names, then run the same command again: the stack is taken up where it stands.'],
      exitCode: 1,
    });
  };

  const apply: StackEngine['apply'] = async (spec, signal) => {
    const hash = hashOf(spec);
    let state = await settle(spec.name, signal);
    if (state && good(state) && state.tags[HASH_TAG] === hash) return { changed: false, outputs: { ...state.outputs } };
    if (state && dead(state)) {
      await gateway.delete(spec.name);
      const gone = await settle(state.id, signal);
      if (gone && gone.status !== 'DELETE_COMPLETE') await fail(spec, gone, 0);
      state = null;
    }
    const since = clock.now() - 5_000;
    const input = { name: spec.name, body: JSON.stringify(spec.template), tags: { ...spec.tags, [HASH_TAG]: hash } };
    const token = `baf-${hash.slice(0, 32)}-${state ? 'u' : 'c'}${since}`;
    if (state) {
      const started = await gateway.update({ ...input, token });
      if (started === 'unchanged') return { changed: false, outputs: { ...state.outputs } };
    } else await gateway.create({ ...input, token });
    const ended = await settle(spec.name, signal);
    if (!ended || !good(ended))
      await fail(spec, ended ?? { id: spec.name, status: 'gone', reason: null, tags: {}, outputs: {} }, since);
    return { changed: true, outputs: { ...ended!.outputs } };
  };

  return {
    plan,
    apply,
    async destroy(name, signal) {
      const state = await settle(name, signal);
      if (!state) return;
      const since = clock.now() - 5_000;
      await gateway.delete(name);
      const ended = await settle(state.id, signal);
      if (ended && ended.status !== 'DELETE_COMPLETE') await fail({ name }, ended, since);
    },
    async outputs(name) {
      const known = seen.get(name);
      if (known) return known;
      const state = await gateway.describe(name);
      return state ? { ...state.outputs } : null;
    },
  };
}
