/** What is told of a deploy, by value: which moments, Slack's message, the event's detail. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { Notice } from '../../../src/lib/model/notice.js';
import { detailDefinition, detailOf } from '../../../src/lib/notices/detail.js';
import { follow, noticeOf, tell } from '../../../src/lib/notices/follow.js';
import { slackMessage } from '../../../src/lib/notices/slack.js';
import type { DeployRecord } from '../../../src/lib/records/record.js';
import { record, rollout, T0 } from '../records/scene.js';

const targets = ['shop-canary/eu-west-1', 'shop-prod/eu-west-1'];
const running = (): DeployRecord =>
  record({ state: 'running', finishedAt: null, rollouts: targets.map((target) => rollout({ target, status: 'queued' })) });
const cause = { code: 'TaskExited', message: 'The container ui exits with code 1.', advice: 'Look at its logs.' };
const from = { tag: '1.3.0' };
const to = { tag: '1.4.0' };
const ends = (target: string, status: 'succeeded' | 'rolled-back' | 'failed' | 'cancelled' | 'unchanged', at = T0): BafEvent => ({
  type: 'rollout.ended',
  ...{ at, service: 'ui', target, status, from, to },
  ...(status === 'failed' || status === 'rolled-back' ? { cause } : {}),
});
const over = (status: 'succeeded' | 'rolled-back' | 'cancelled'): Extract<BafEvent, { type: 'deploy.ended' }> => ({
  type: 'deploy.ended',
  at: T0 + 90_000,
  outcome: {
    ...{ id: 'd-20261119140000-k3x9', environment: 'prod', status, rollouts: [] },
    ...{ startedAt: new Date(T0).toISOString(), finishedAt: new Date(T0 + 90_000).toISOString() },
  },
});
function toldOf(first: DeployRecord, events: readonly BafEvent[], leaves = false): Notice[] {
  let following = follow(first);
  return events.flatMap((event) => {
    const next = tell(following, event, 'acme', leaves);
    following = next.following;
    return next.notice ? [next.notice] : [];
  });
}

describe('a deploy tells', () => {
  it('the first rollout that fails, once, with its cause, and its end', () => {
    const [failure, end, ...more] = toldOf(running(), [
      ends(targets[0]!, 'rolled-back', T0 + 5),
      ends(targets[1]!, 'failed'),
      over('rolled-back'),
    ]);
    expect(more).toEqual([]);
    expect([failure!.moment, failure!.at, failure!.status, failure!.failed]).toEqual([
      'failure',
      T0 + 5,
      'running',
      { service: 'ui', target: targets[0], status: 'rolled-back', from: '1.3.0', to: '1.4.0', cause },
    ]);
    expect([end!.moment, end!.status, end!.finishedAt, end!.failed]).toEqual(['end', 'rolled-back', T0 + 90_000, null]);
    expect(end!.rollouts.map((r) => r.status)).toEqual(['rolled-back', 'failed']);
  });

  it('a rollout that fails after it had ended well', () => {
    const revised: BafEvent = {
      type: 'rollout.revised',
      ...{ at: T0, service: 'ui', target: targets[0]!, status: 'failed', from, to, cause },
    };
    expect(toldOf(running(), [ends(targets[0]!, 'succeeded'), revised]).map((n) => n.moment)).toEqual(['failure']);
  });

  it('no failure again that an earlier process of it has told, and no end before it', () => {
    const before = {
      ...running(),
      rollouts: [rollout({ status: 'failed', cause }), rollout({ target: targets[1]!, status: 'queued' })],
    };
    expect(toldOf(before, [ends(targets[1]!, 'failed')])).toEqual([]);
  });

  it('no failure of what somebody cancelled', () => {
    const cancelled = { code: 'Cancelled', message: 'ben cancelled the deploy.', advice: '' };
    const ended = { ...ends(targets[0]!, 'rolled-back'), cause: cancelled } as BafEvent;
    expect(toldOf(running(), [ended, over('cancelled')]).map((n) => n.moment)).toEqual(['end']);
  });

  it('that ECS was left to go on with it, where nobody waits for its end', () => {
    const rollouts = targets.map((target) => ({ service: 'ui', target, status: 'started' as const, from, to }));
    const { outcome } = over('succeeded');
    const end: BafEvent = { type: 'deploy.ended', at: T0, outcome: { ...outcome, status: 'started', rollouts } };
    const [notice, ...more] = toldOf(running(), [end]);
    expect(more).toEqual([]);
    expect(detailDefinition.parse(detailOf(notice!))).toMatchObject({
      status: 'left',
      rollouts: rollouts.map(({ status }) => ({ status })),
    });
    expect(slackMessage(notice!).text).toBe('Deploy of ui 1.4.0 to prod by ana was left: ECS goes on with what is under way');
  });

  it('that it was left, where its process was told to end', () => {
    const events = [ends(targets[0]!, 'cancelled'), over('cancelled')];
    expect(toldOf(running(), events, true).map((n) => [n.status, n.finishedAt])).toEqual([['left', null]]);
    expect(toldOf(running(), events).map((n) => [n.status, n.finishedAt])).toEqual([['cancelled', T0 + 90_000]]);
  });
});

describe("Slack's message", () => {
  const start = noticeOf(running(), 'start', T0, 'acme');
  const failed = toldOf(running(), [ends(targets[0]!, 'rolled-back'), over('rolled-back')]);

  it('says who deploys what, where', () => {
    expect(slackMessage(start)).toEqual({
      text: 'Deploy of ui 1.4.0 to prod by ana has started',
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: ':rocket: *Deploy of ui 1.4.0 to prod by ana has started*' } },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: 'retail-store · `d-20261119140000-k3x9` · abcdef0 · <https://github.com/acme/shop/actions/runs/7|CI run> · `baf watch d-20261119140000-k3x9 --env prod`',
            },
          ],
        },
      ],
    });
  });

  it('says what failed, why and what to do', () => {
    expect(failed.map((n) => slackMessage(n).text)).toEqual([
      'ui 1.4.0 failed in shop-canary/eu-west-1 (prod)\nDeploy of ui 1.4.0 to prod by ana\nThe container ui exits with code 1. Look at its logs.',
      'Deploy of ui 1.4.0 to prod by ana failed and went back after 1m 30s\nui 1.4.0 in shop-canary/eu-west-1: The container ui exits with code 1. Look at its logs.',
    ]);
  });

  it('tells causes that are the same in many targets together, and is short', () => {
    const many = Array.from({ length: 40 }, (_, i) => rollout({ target: `a${i}/r`, status: 'failed', cause }));
    const { text } = slackMessage(noticeOf(record({ state: 'failed', rollouts: many }), 'end', T0, 'acme'));
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('a0/r, a1/r');
    const different = many.map((r, i) => ({ ...r, service: `s${i}` }));
    const long = slackMessage(noticeOf(record({ state: 'failed', rollouts: different }), 'end', T0, 'acme'));
    expect(long.text.split('\n').at(-1)).toBe('and 30 more');
    expect(long.text).toMatch(/^Deploy of s0 1\.4\.0, s1 1\.4\.0, s2 1\.4\.0 and 37 more to prod/);
  });

  it('leaves nothing to Slack to read as its own: no mention, no link, no tag', () => {
    const nasty = '<!channel> & <https://evil.example|here> *x*\nnew line';
    const { text, blocks } = slackMessage(noticeOf({ ...running(), by: nasty, project: nasty }, 'start', T0, 'acme'));
    expect(text).toBe(
      'Deploy of ui 1.4.0 to prod by &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt; *x* new line has started',
    );
    expect(JSON.stringify(blocks)).not.toMatch(/<!|<https:\/\/evil/);
    const odd = { ...running(), run: 'https://ci.example/a|b>c&d' };
    expect(JSON.stringify(slackMessage(noticeOf(odd, 'start', T0, 'acme')).blocks)).toContain(
      '<https://ci.example/a%7Cb&gt;c&amp;d|CI run>',
    );
    const none = { ...running(), run: 'javascript:alert(1)' };
    expect(JSON.stringify(slackMessage(noticeOf(none, 'start', T0, 'acme')).blocks)).not.toContain('CI run');
  });

  it('is within the limits of Slack, and escaped, whatever it is told', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6_000 }), fc.string({ maxLength: 50 }), (message, name) => {
        const made = running();
        const one = { ...made.rollouts[0]!, status: 'failed' as const, cause: { ...cause, message: `${message}&<>`.repeat(2) } };
        const notice = noticeOf({ ...made, state: 'failed', by: name, rollouts: [one] }, 'end', T0, 'acme');
        const { text, blocks } = slackMessage(notice);
        const texts = [text, ...(JSON.stringify(blocks).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? [])];
        for (const shown of texts.map((t) => t.replace(/<https:\/\/github[^>]*>/, ''))) {
          expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
          expect(shown.length).toBeLessThanOrEqual(6_100);
        }
        expect(text.length).toBeLessThanOrEqual(3_000);
      }),
      { numRuns: 60 },
    );
  });
});

describe("an event's detail", () => {
  it('has everything a rule may match, and is as its schema says', () => {
    const [failure] = toldOf(running(), [ends(targets[0]!, 'failed')]);
    const detail = detailOf(failure!);
    expect(detail).toEqual({
      ...{ version: 1, platform: 'acme', project: 'retail-store', environment: 'prod', deploy: 'd-20261119140000-k3x9' },
      ...{ kind: 'deploy', status: 'running', by: 'ana', commit: 'abcdef0', run: 'https://github.com/acme/shop/actions/runs/7' },
      ...{ startedAt: '2026-11-19T14:00:00.000Z', finishedAt: null, services: ['ui'], targets, notListed: 0 },
      failed: { service: 'ui', target: targets[0], status: 'failed', from: '1.3.0', to: '1.4.0', cause },
      rollouts: [
        { service: 'ui', target: targets[0], status: 'failed', from: '1.3.0', to: '1.4.0', cause },
        { service: 'ui', target: targets[1], status: 'queued', from: '1.3.0', to: '1.4.0' },
      ],
    });
    expect(detailDefinition.safeParse(detail).success).toBe(true);
  });

  it('fits into an event: what is left out is counted, and is of least interest', () => {
    const many = Array.from({ length: 1_000 }, (_, i) =>
      rollout({ service: `s${i}`, status: 'failed', cause: { ...cause, message: 'ü'.repeat(3_000) } }),
    );
    const quiet = rollout({ service: 'quiet', status: 'unchanged' });
    const detail = detailOf(noticeOf(record({ state: 'failed', rollouts: [quiet, ...many] }), 'end', T0, 'acme'));
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(256 * 1024);
    expect(detail.rollouts.length + detail.notListed).toBe(1_001);
    expect(detail.rollouts[0]!.service).toBe('s0');
    expect(detail.services).toHaveLength(1_001);
  });
});
