/** Writing deploy tags: two writers, kills, limits and missing rights, against a sandbox with AWS's limits. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planTags } from '../../../src/lib/engine/plan-tags.js';
import { putTag, type TagWrite } from '../../../src/lib/engine/put-tag.js';
import { writeTags, type Ledger } from '../../../src/lib/engine/write-tags.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { ServiceSpec } from '../../../src/lib/model/service.js';
import { parseAudit } from '../../../src/lib/tags/audit.js';
import { tagScene, type TagScene } from './scene.js';

let scene: TagScene;
afterEach(() => scene.close());

const NAME = '/baf/tags/prod/ui';
const record = { op: 'promote' } as const;
const specOf = (name: string): ServiceSpec => ({ name, image: 'public.ecr.aws/shop/x' }) as unknown as ServiceSpec;
const write = (value: string, expected: number, at = 0): TagWrite => ({
  environment: 'prod',
  service: 'ui',
  target: scene.targets[at]!,
  value,
  expected,
  record,
});
const values = (at = 0) => scene.versions(scene.targets[at]!, NAME).map((v) => v.value);
/** Versions written by baf before, as many as given. */
const grown = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await putTag(write(`1.${i}`, i), scene.as('ana'));
  scene.sandbox.pass(10);
};

async function drain(events: AsyncGenerator<BafEvent, Ledger>): Promise<{ ledger: Ledger; events: BafEvent[] }> {
  const seen: BafEvent[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return { ledger: next.value, events: seen };
    seen.push(next.value);
  }
}

describe('one tag', () => {
  beforeEach(async () => {
    scene = await tagScene(1);
  });

  it('is written as the version that was expected, with its record', async () => {
    await grown(2);
    expect(await putTag(write('2.0', 2), scene.as('ben'))).toEqual({ version: 3, notes: [] });
    const last = scene.versions(scene.targets[0]!, NAME).at(-1)!;
    expect(parseAudit(last.description)).toMatchObject({ by: 'ben', op: 'promote', version: 3 });
  });

  it('is one version when the answer of its put is lost', async () => {
    await grown(1);
    scene.fail('PutParameter', 'lost', 1);
    expect((await putTag(write('2.0', 1), scene.as('ben'))).version).toBe(2);
    expect(values()).toEqual(['1.0', '2.0']);
  });

  it('is made once where there was none and the answer is lost', async () => {
    scene.fail('PutParameter', 'lost', 1);
    expect((await putTag(write('2.0', 0), scene.as('ben'))).version).toBe(1);
    expect(values()).toEqual(['2.0']);
  });

  it('of two from version 7 at once goes to one; the other names the winner', async () => {
    await grown(7);
    const results = await Promise.allSettled([
      putTag(write('2.0-ana', 7), scene.as('ana')),
      putTag(write('2.0-ben', 7), scene.as('ben')),
    ]);
    const lost = results.filter((r) => r.status === 'rejected');
    expect(lost).toHaveLength(1);
    const winner = results[0]!.status === 'fulfilled' ? 'ana' : 'ben';
    expect(lost[0]!.reason).toMatchObject({
      code: 'TagConflict',
      exitCode: 4,
      details: { by: winner, version: 8, tag: `2.0-${winner}` },
    });
    // What the winner wrote is what is desired in the end.
    expect(values()[7]).toBe(`2.0-${winner}`);
    expect(values().at(-1)).toBe(`2.0-${winner}`);
  });

  it('of two that both make it goes to one', async () => {
    const results = await Promise.allSettled([putTag(write('a', 0), scene.as('ana')), putTag(write('b', 0), scene.as('ben'))]);
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(values()).toHaveLength(1);
    const lost = results.find((r) => r.status === 'rejected') as PromiseRejectedResult;
    expect(lost.reason).toMatchObject({ code: 'TagConflict', exitCode: 4 });
  });

  it('is not taken from somebody who wrote past baf', async () => {
    await grown(2);
    scene.ssm(scene.targets[0]!, 'PutParameter', { Name: NAME, Value: '9.9', Type: 'String', Overwrite: true });
    scene.sandbox.pass(1);
    await expect(putTag(write('2.0', 2), scene.as('ben'))).rejects.toMatchObject({
      code: 'TagConflict',
      details: { by: 'platform', version: 3, tag: '9.9' },
    });
    expect(values().at(-1)).toBe('9.9');
    expect(parseAudit(scene.versions(scene.targets[0]!, NAME).at(-1)!.description)).toMatchObject({ op: 'restore', by: 'ben' });
  });

  it('finds room where the oldest of a hundred has a label of ours, and moves it to what says the same', async () => {
    await grown(99);
    scene.ssm(scene.targets[0]!, 'LabelParameterVersion', { Name: NAME, ParameterVersion: 1, Labels: ['last-good'] });
    await putTag(write('1.0', 99), scene.as('ana'));
    const { version, notes } = await putTag(write('2.0', 100), scene.as('ana'));
    expect(version).toBe(101);
    expect(notes).toEqual([expect.stringContaining('last-good moved from version 1, the oldest of a hundred, to 100')]);
    const kept = scene.versions(scene.targets[0]!, NAME);
    expect(kept.find((v) => v.version === 100)!.labels).toEqual(['last-good']);
    expect(kept.some((v) => v.version === 1)).toBe(false);
  });

  it('takes a label of ours away where nothing says the same', async () => {
    await grown(100);
    scene.ssm(scene.targets[0]!, 'LabelParameterVersion', { Name: NAME, ParameterVersion: 1, Labels: ['live'] });
    const { notes } = await putTag(write('2.0', 100), scene.as('ana'));
    expect(notes).toEqual([expect.stringContaining('live was taken from version 1')]);
  });

  it('leaves a label of somebody else where it is, and says how to get on', async () => {
    await grown(100);
    scene.ssm(scene.targets[0]!, 'LabelParameterVersion', { Name: NAME, ParameterVersion: 1, Labels: ['audit-2025'] });
    await expect(putTag(write('2.0', 100), scene.as('ana'))).rejects.toMatchObject({
      code: 'LabelInTheWay',
      exitCode: 4,
      message: expect.stringContaining('audit-2025') as string,
    });
    expect(values()).toHaveLength(100);
  });

  it('that breaks the pattern of its parameter is refused with the pattern', async () => {
    const Description = '{"baf":1,"by":"x","version":1}';
    scene.ssm(scene.targets[0]!, 'PutParameter', {
      Name: NAME,
      Value: '1.0',
      Type: 'String',
      AllowedPattern: '^\\d+\\.\\d+$',
      Description,
    });
    scene.sandbox.pass(10);
    await expect(putTag(write('main', 1), scene.as('ana'))).rejects.toMatchObject({
      code: 'TagRefused',
      message: expect.stringContaining('^\\d+\\.\\d+$') as string,
    });
  });

  it('with {{ in it is refused by SSM, and never gets there from a flag', async () => {
    await expect(putTag(write('{{ssm:x}}', 0), scene.as('ana'))).rejects.toMatchObject({ code: 'ValidationException' });
    const { checkTag } = await import('../../../src/lib/config/checks.js');
    expect(() => checkTag('{{ssm:x}}')).toThrow(/is not an image tag/);
  });

  it('waits out TooManyUpdates, which is what SSM says to two at the same moment', async () => {
    await grown(1);
    // Somebody else has written this very moment, and it was seen.
    scene.ssm(scene.targets[0]!, 'PutParameter', { Name: NAME, Value: '1.9', Type: 'String', Overwrite: true });
    const before = scene.calls('PutParameter').count;
    expect((await putTag(write('2.0', 2), scene.as('ben'))).version).toBe(3);
    expect(values()).toEqual(['1.0', '1.9', '2.0']);
    expect(scene.calls('PutParameter').count - before).toBeGreaterThan(1);
  });
});

describe('many targets', () => {
  const plan = (tag: string, more: { decidedAt?: number } = {}) =>
    planTags(
      { environment: 'prod', targets: scene.targets, wanted: [{ service: specOf('ui'), tag, digest: null }], ...more },
      scene.as('ana'),
    );
  const puts = () => scene.calls('PutParameter').count;

  it('of 80, one refuses to be written: it is named, the others are written', async () => {
    scene = await tagScene(80);
    scene.fail('PutParameter', 'denied', null, scene.targets[30]);
    const changes = await plan('2.0');
    const { ledger } = await drain(
      writeTags({ environment: 'prod', changes, record }, scene.as('ana'), new AbortController().signal),
    );
    expect(ledger.outcomes.filter((o) => o.status === 'written')).toHaveLength(79);
    expect(ledger.outcomes.filter((o) => o.status !== 'written')).toEqual([
      expect.objectContaining({
        target: 'a31/eu-west-1',
        status: 'failed',
        cause: expect.objectContaining({ code: 'AccessDenied' }),
      }),
    ]);
  });

  it('killed after 41 of 80: the rest writes 39', async () => {
    scene = await tagScene(80);
    const changes = await plan('2.0');
    const dying = scene.as('ana');
    let left = 41;
    const killed = {
      ...dying,
      at: (target: (typeof scene.targets)[number]) => {
        const there = dying.at(target);
        const put: typeof there.ssm.put = (...args) => (left-- > 0 ? there.ssm.put(...args) : new Promise(() => undefined));
        return { ...there, ssm: { ...there.ssm, put } };
      },
    };
    const stream = writeTags({ environment: 'prod', changes, record }, killed, new AbortController().signal);
    void stream.next();
    while (puts() < 41) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(puts()).toBe(41);
    scene.sandbox.pass(10);
    const again = await plan('2.0', { decidedAt: scene.sandbox.clock.now() });
    const { ledger } = await drain(
      writeTags({ environment: 'prod', changes: again, record }, scene.as('ben'), new AbortController().signal),
    );
    expect(puts()).toBe(80);
    expect(ledger.outcomes.filter((o) => o.status === 'unchanged')).toHaveLength(41);
    expect(ledger.outcomes.filter((o) => o.status === 'written')).toHaveLength(39);
    for (const [index] of scene.targets.entries()) expect(values(index)).toEqual(['2.0']);
  });

  it('a resumed promotion leaves what somebody else has written since', async () => {
    scene = await tagScene(2);
    const decidedAt = scene.sandbox.clock.now();
    scene.sandbox.pass(60);
    await putTag(write('hotfix', 0, 1), scene.as('eva'));
    scene.sandbox.pass(10);
    const changes = await plan('2.0', { decidedAt });
    const { ledger } = await drain(
      writeTags({ environment: 'prod', changes, record }, scene.as('ana'), new AbortController().signal),
    );
    expect(ledger.outcomes.map((o) => [o.status, o.cause?.code])).toEqual([
      ['written', undefined],
      ['refused', 'TagConflict'],
    ]);
    expect(values(1)).toEqual(['hotfix']);
  });

  it('a target that cannot be read is a line of its own', async () => {
    scene = await tagScene(3);
    scene.fail('GetParameters', 'denied', null, scene.targets[1]);
    const changes = await plan('2.0');
    expect(changes.map((c) => [c.action, c.cause?.code])).toEqual([
      ['write', undefined],
      ['blocked', 'AccessDenied'],
      ['write', undefined],
    ]);
  });

  it('110 services: paced, none throttled, all once, with an honest estimate', async () => {
    scene = await tagScene(2);
    const wanted = Array.from({ length: 110 }, (_, i) => ({ service: specOf(`s-${i}`), tag: '2.0', digest: null }));
    const changes = await planTags({ environment: 'prod', targets: scene.targets, wanted }, scene.as('ana'));
    const startedAt = scene.sandbox.clock.now();
    const { ledger, events } = await drain(
      writeTags({ environment: 'prod', changes, record }, scene.as('ana'), new AbortController().signal),
    );
    const took = (scene.sandbox.clock.now() - startedAt) / 1000;
    expect(ledger.outcomes.every((o) => o.status === 'written' && o.version === 1)).toBe(true);
    expect(scene.calls('PutParameter')).toEqual({ count: 220, throttled: 0 });
    // Both targets at once: as long as one.
    expect(took).toBeLessThan(42);
    const said = events.flatMap((e) => (e.type === 'step' ? [{ at: (e.at - startedAt) / 1000, detail: e.detail ?? '' }] : []));
    expect(said.length).toBeGreaterThan(8);
    expect(said.at(-1)!.detail).toBe('220 of 220 written');
    for (const { at, detail } of said.slice(0, -1)) {
      const left = Number(/about (\d+)s left/.exec(detail)?.[1] ?? 0);
      expect(Math.abs(at + left - took)).toBeLessThan(6);
    }
  });

  it('interrupted, what is not written is skipped', async () => {
    scene = await tagScene(3);
    const stop = new AbortController();
    stop.abort(new Error('SIGINT'));
    const { ledger } = await drain(
      writeTags({ environment: 'prod', changes: await plan('2.0'), record }, scene.as('ana'), stop.signal),
    );
    expect(ledger.outcomes.map((o) => o.status)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(puts()).toBe(0);
  });
});
