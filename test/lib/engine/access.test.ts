/** Access on demand with IAM enforced: it is AWS that lets people in and keeps them out, and the sandbox's clock that ends it. */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatStep, KEPT_MS, stateOf, stepParameter } from '../../../src/lib/access/record.js';
import { askForAccess, findGrant, listRequests } from '../../../src/lib/engine/access.js';
import { awaitAnswer } from '../../../src/lib/engine/access-wait.js';
import { sweepPolicies } from '../../../src/lib/engine/access-policies.js';
import type { Effects } from '../../../src/lib/engine/effects.js';
import type { CallFaultKind } from '../../../src/lib/model/faults.js';
import { accessScene, roles, type Scene } from './access-scene.js';

const HOUR = 3600;
const DENIED = 'AccessDeniedException';
let s: Scene;
beforeEach(async () => (s = await accessScene()));
afterEach(() => s.close());

/** What was written is listed a second later. */
const listed = (effects: Effects) => {
  s.sandbox.pass(2);
  return listRequests(roles, effects);
};

const ask = async (person: string, hours = 2, reason = 'INC-1') =>
  (await askForAccess(roles, { requester: person, reason, forSeconds: hours * HOUR }, s.as(person))).request;

describe('a grant', () => {
  it('lets this person in, in every account, from approval to its end, and nobody else', async () => {
    expect(await s.deploys('ana')).toBe(DENIED);
    const { id } = await ask('ana');
    expect([id, await s.deploys('ana')]).toEqual(['ana-1', DENIED]);
    const { requests, applied } = await s.approve('ben', id);
    expect(applied).toMatchObject({ done: ['canary', 'prod'], failed: [] });
    expect(requests[0]).toMatchObject({ decision: { by: 'ben', approved: true }, appliedAt: expect.any(Number) as number });
    expect(await Promise.all([s.deploys('ana'), s.deploys('ana', 'canary')])).toEqual(['ok', 'ok']);
    expect(await Promise.all([s.deploys('kim'), s.deploys('ben'), s.deploys(null), s.deploys('Ana')])).toEqual([
      DENIED,
      DENIED,
      DENIED,
      DENIED,
    ]);
    s.sandbox.pass(2 * HOUR - 60);
    expect(await s.deploys('ana')).toBe('ok');
    s.sandbox.pass(61);
    expect([await s.deploys('ana'), await s.deploys('ana', 'canary')]).toEqual([DENIED, DENIED]);
    expect((await findGrant(roles, 'ana', s.as('ana'))).held).toBeNull();
  });

  it.each(['ana', 'eva'])('is over at once when %s takes it back', async (who) => {
    const { id } = await ask('ana');
    await s.approve('ben', id);
    expect(await s.deploys('ana')).toBe('ok');
    expect((await s.revoke(who, id)).applied).toMatchObject({ done: ['canary', 'prod'], failed: [] });
    expect([await s.deploys('ana'), await s.deploys('ana', 'canary')]).toEqual([DENIED, DENIED]);
    expect([await s.policies(), await s.policies('canary')]).toEqual([[], []]);
    // Again finishes what is finished, and the record stays as it was.
    await s.revoke(who, id);
    expect(await s.request(id)).toMatchObject({ end: { by: who } });
  });

  it('is nothing that the requester, or who is no approver, can give', async () => {
    const { id } = await ask('ana');
    await expect(s.approve('ana', id)).rejects.toMatchObject({ code: 'OwnRequest', exitCode: 4 });
    await expect(s.approve('kim', id)).rejects.toMatchObject({ code: 'NotAnApprover', exitCode: 4 });
    // Nor past baf: AWS refuses the policy, and the decision.
    const put = s.as('ana').at(roles.home).rolePolicies.put('baf-deploy', 'baf-access.prod.ana-1.x', '{}');
    await expect(put).rejects.toMatchObject({ code: 'AccessDenied', exitCode: 3 });
    const decision = { by: 'ben', approved: true, reason: null, until: '2026-11-20T00:00:00.000Z', lead: id };
    const forge = (step: 'decision' | 'request', create: boolean) =>
      s
        .as('ana')
        .at(roles.home)
        .ssm.put(stepParameter('prod', id, step), formatStep(decision), { create });
    await expect(forge('decision', true)).rejects.toMatchObject({ exitCode: 3 });
    await expect(forge('request', false)).rejects.toMatchObject({ exitCode: 3 });
    // A grant changes nothing in that.
    await s.approve('ben', id);
    await expect(forge('request', false)).rejects.toMatchObject({ exitCode: 3 });
    await expect(
      s
        .as('ana')
        .at(roles.home)
        .ssm.delete(stepParameter('prod', id, 'request')),
    ).rejects.toMatchObject({ exitCode: 3 });
    expect((await s.request(id)).decision).toMatchObject({ by: 'ben' });
  });

  it('is refused for a request that AWS says somebody else wrote', async () => {
    const ssm = new SSMClient(s.sandbox.config('222222222222'));
    const Value = formatStep({ requester: 'ana', reason: 'trust me', forSeconds: HOUR });
    await ssm.send(new PutParameterCommand({ Name: stepParameter('prod', 'ana-1', 'request'), Value, Type: 'String' }));
    await expect(s.approve('ben', 'ana-1')).rejects.toMatchObject({ code: 'AccessForeign', exitCode: 4 });
    expect(await s.policies()).toEqual([]);
  });

  it('longer than the platform allows is refused, whatever the record says', async () => {
    const { id } = await ask('ana', 5);
    await expect(s.approve('ben', id)).rejects.toMatchObject({ code: 'AccessTooLong', exitCode: 4 });
  });
});

describe('a request', () => {
  it('is the same while it is open, also for two who ask at once', async () => {
    const both = await Promise.all([ask('ana', 1, 'first'), ask('ana', 2, 'second')]);
    expect(new Set(both.map(({ id }) => id))).toEqual(new Set(['ana-1']));
    expect((await ask('ana', 3, 'third')).reason).toBe(both[0].reason);
    expect(await listed(s.as('ana'))).toHaveLength(1);
    await s.approve('ben', 'ana-1');
    expect((await ask('ana')).id).toBe('ana-1');
    await s.revoke('ana', 'ana-1');
    expect((await ask('ana')).id).toBe('ana-2');
  });

  it('tells people with the same beginning of their names apart', async () => {
    expect([(await ask('ana@a.example')).id, (await ask('ana@b.example')).id, (await ask('ana@a.example')).id]).toEqual([
      'ana-1',
      'ana-2',
      'ana-1',
    ]);
  });

  it('that is answered twice at once keeps the first answer', async () => {
    const { id } = await ask('ana');
    const answers = await Promise.allSettled([s.approve('ben', id), s.deny('eva', id)]);
    const { decision } = await s.request(id);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'AccessDecided', exitCode: 4 } });
    expect(await s.deploys('ana')).toBe(decision!.approved ? 'ok' : DENIED);
  });

  it('that two approve at once is approved once', async () => {
    const { id } = await ask('ana');
    const [one, other] = await Promise.all([s.approve('ben', id), s.approve('eva', id)]);
    expect(one.requests[0]!.decision).toEqual(other.requests[0]!.decision);
    expect([await s.policies(), await s.deploys('ana')]).toEqual([[expect.stringMatching(/^baf-access\.prod\.ana-1\./)], 'ok']);
  });

  it('can be waited for', async () => {
    const { id } = await ask('ana');
    const { signal } = new AbortController();
    const nobody = await awaitAnswer(roles, id, 60_000, s.as('ana'), signal);
    expect(stateOf(nobody, s.sandbox.clock.now())).toBe('requested');
    await s.approve('ben', id);
    const before = s.sandbox.clock.now();
    expect(await awaitAnswer(roles, id, 60_000, s.as('ana'), signal)).toMatchObject({ decision: { approved: true } });
    expect(s.sandbox.clock.now() - before).toBeLessThanOrEqual(10_000);
    const denied = await ask('kim');
    await s.deny('eva', denied.id);
    expect(stateOf(await awaitAnswer(roles, denied.id, 60_000, s.as('kim'), signal), 0)).toBe('denied');
    await expect(awaitAnswer(roles, (await ask('lea')).id, 60_000, s.as('lea'), AbortSignal.abort())).rejects.toThrow();
  });
});

describe('policies', () => {
  it('of people who are let in together are one, and one of them can leave', async () => {
    for (const person of ['ana', 'kim', 'lea']) await ask(person);
    await s.approve('ben', 'ana-1', 'kim-1', 'lea-1');
    expect(await s.policies()).toEqual([expect.stringMatching(/^baf-access\.prod\.ana-1\./)]);
    expect(await Promise.all(['ana', 'kim', 'lea'].map((p) => s.deploys(p)))).toEqual(['ok', 'ok', 'ok']);
    await s.revoke('eva', 'ana-1');
    expect(await Promise.all(['ana', 'kim', 'lea'].map((p) => s.deploys(p)))).toEqual([DENIED, 'ok', 'ok']);
    // Two at once: what is left afterwards is what both have recorded.
    await Promise.all([s.revoke('eva', 'kim-1'), s.revoke('ben', 'lea-1')]);
    expect(await Promise.all(['ana', 'kim', 'lea'].map((p) => s.deploys(p)))).toEqual([DENIED, DENIED, DENIED]);
    expect(await s.policies()).toEqual([]);
  });

  it('that a requester cannot take back alone are said, and an approver finishes', async () => {
    for (const person of ['ana', 'kim']) await ask(person);
    await s.approve('ben', 'ana-1', 'kim-1');
    expect((await s.revoke('ana', 'ana-1')).applied).toMatchObject({
      done: [],
      failed: [
        { account: 'canary', error: { code: 'AccessDenied' } },
        { account: 'prod', error: { code: 'AccessDenied' } },
      ],
    });
    await s.revoke('eva', 'ana-1');
    expect([await s.deploys('ana'), await s.deploys('kim')]).toEqual([DENIED, 'ok']);
  });

  it('that have room for no other end are shared: the new grant ends with the last before it', async () => {
    const people = ['ana', 'kim', 'lea', 'zoe'];
    for (const person of people) {
      await ask(person);
      await s.approve('ben', `${person}-1`);
      s.sandbox.pass(600);
    }
    expect(await Promise.all(people.map((p) => s.deploys(p)))).toEqual(['ok', 'ok', 'ok', 'ok']);
    // How many fit follows from how much a deploy may do.
    const own = (await s.policies()).length;
    expect(own).toBeGreaterThanOrEqual(2);
    expect(own).toBeLessThan(people.length);
    const lead = `${people[own - 1]}-1`;
    const [last, zoe] = [await s.request(lead), await s.request('zoe-1')];
    expect(zoe.decision).toMatchObject({ lead, until: last.decision!.until });
  });

  it('that are over are removed by whoever may; others’ are left alone', async () => {
    await ask('ana', 1);
    await s.approve('ben', 'ana-1');
    const iam = new IAMClient(s.sandbox.config('333333333333'));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action: 's3:*', Resource: '*' },
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'baf-deploy', PolicyName: 'guardrails', PolicyDocument }));
    s.sandbox.pass(HOUR + 1);
    expect((await sweepPolicies(roles, s.as('kim'))).failed).toHaveLength(2);
    expect(await s.policies()).toHaveLength(2);
    expect(await sweepPolicies(roles, s.as('eva'))).toEqual({ done: ['canary', 'prod'], failed: [] });
    expect([await s.policies(), await s.policies('canary')]).toEqual([['guardrails'], []]);
  });

  it('whose account fails are said, and the same command finishes', async () => {
    const { id } = await ask('ana');
    fail('iam:PutRolePolicy', 'error', 1);
    const { applied, requests } = await s.approve('ben', id);
    expect([applied!.done.length, applied!.failed.length, requests[0]!.appliedAt]).toEqual([1, 1, null]);
    expect((await s.approve('eva', id)).applied).toMatchObject({ done: ['canary', 'prod'], failed: [] });
    s.sandbox.pass(2);
    expect(await s.request(id)).toMatchObject({ decision: { by: 'ben' }, appliedAt: expect.any(Number) as number });
    expect([await s.deploys('ana'), await s.deploys('ana', 'canary')]).toEqual(['ok', 'ok']);
  });

  it('are not begun by an approver whom AWS does not know as one', async () => {
    const { id } = await ask('ana');
    fail('iam:ListRolePolicies', 'denied', 2);
    await expect(s.approve('ben', id)).rejects.toMatchObject({ code: 'AccessDenied', exitCode: 3 });
    expect((await s.request(id)).decision).toBeNull();
  });
});

describe('a call whose answer is lost', () => {
  it.each([
    ['ssm:PutParameter', 1],
    ['ssm:PutParameter', 2],
    ['iam:PutRolePolicy', 1],
    ['iam:DeleteRolePolicy', 1],
  ])('(%s, %s times) does no harm: again finishes', async (call, times) => {
    fail(call, 'lost', times);
    const again = async <T>(act: () => Promise<T>): Promise<T> => {
      for (let n = 0; n < 4; n++) await act().catch(() => null);
      return act();
    };
    await again(() => ask('ana'));
    expect(await listed(s.as('ana'))).toHaveLength(1);
    fail(call, 'lost', times);
    await again(() => s.approve('ben', 'ana-1'));
    expect([await s.deploys('ana'), (await s.policies()).length]).toEqual(['ok', 1]);
    fail(call, 'lost', times);
    await again(() => s.revoke('ben', 'ana-1'));
    expect([await s.deploys('ana'), await s.policies()]).toEqual([DENIED, []]);
  });
});

describe('records', () => {
  it('of what is long over are forgotten when somebody approves', async () => {
    await ask('ana');
    await s.approve('ben', 'ana-1');
    await s.revoke('ana', 'ana-1');
    s.sandbox.pass(KEPT_MS / 1000 + HOUR);
    s.renew();
    await ask('kim');
    await s.approve('ben', 'kim-1');
    expect((await listed(s.as('kim'))).map(({ id }) => id)).toEqual(['kim-1']);
  });
});

function fail(call: string, kind: CallFaultKind, times: number): void {
  const [service, operation] = call.split(':') as [string, string];
  const { faults } = s.sandbox.sandbox.store.state;
  faults.calls.push({ id: `f${++faults.last}`, service, operation, kind, target: null, times, rate: 1, seed: 1 });
}
