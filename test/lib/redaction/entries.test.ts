/** Where secrets enter: sessions, the cache of sessions, SecureStrings; and where they would be cut before they leave. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSsmGateway } from '../../../src/lib/aws/ssm.js';
import { createClock } from '../../../src/lib/system/clock.js';
import { createClients } from '../../../src/lib/aws/clients.js';
import { showProgress } from '../../../src/lib/command/progress.js';
import { createRoles, type Credentials } from '../../../src/lib/identity/roles.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import { formatError } from '../../../src/lib/output/errors.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import { hideSecrets, keepSecret } from '../../../src/lib/redaction/secrets.js';
import { sessionOptions } from '../identity/session-options.js';
import { encodingsOf } from '../../secrets.js';
import { ACCOUNT, REGION, serveSandbox } from '../../clients/served.js';

const expectHidden = (...secrets: (string | undefined)[]): void => {
  for (const secret of secrets) {
    const shifted = ['', 'x', 'xx'].map((before) => Buffer.from(`${before}${secret}yz`).toString('base64'));
    const text = hideSecrets(
      [...encodingsOf(secret!).map(([name, form]) => (/before it/.test(name) ? '' : form)), ...shifted].join(' '),
    );
    for (const [, form] of encodingsOf(secret!)) expect(text).not.toContain(form);
  }
};

describe('secrets that come from AWS', () => {
  it('are the sessions of roles, from STS and from the cache', async () => {
    const served = await serveSandbox();
    try {
      const aws = createClients({
        endpoint: served.endpoint,
        sessions: async () => sessionOptions({ region: REGION, now: served.now }),
      });
      const { accessKeyId, secretAccessKey, sessionToken } = await aws.credentials(ACCOUNT);
      expectHidden(accessKeyId, secretAccessKey, sessionToken);
      expect(hideSecrets(`account ${ACCOUNT}`)).toBe(`account ${ACCOUNT}`);
    } finally {
      await served.close();
    }
    const kept: Credentials = {
      accessKeyId: 'ASIAKEPT000000000000',
      secretAccessKey: 'kept-secret-key',
      sessionToken: 'kept-token',
    };
    const store = { get: () => Promise.resolve(kept), put: () => Promise.resolve() };
    const never = () => Promise.reject(new Error('not asked'));
    const stepsTo = () => [{ kind: 'assume', roleArn: 'r', externalId: null } as const];
    await createRoles({ take: never, stepsTo, now: () => 0, store }).of(ACCOUNT)();
    expectHidden('kept-secret-key', 'kept-token');
  });

  it('are SecureStrings, line by line', async () => {
    const Parameters = [
      { Name: '/shop/key', Type: 'SecureString', Value: 'first half of it\nsecond half of it' },
      { Name: '/shop/mode', Type: 'String', Value: 'a plain parameter' },
    ];
    const client = () => Promise.resolve({ send: () => Promise.resolve({ Parameters }) } as never);
    const ssm = createSsmGateway(client, client, 'here', createClock());
    await ssm.get(['/shop/key', '/shop/mode']);
    expectHidden('first half of it\nsecond half of it', 'second half of it');
    expect(hideSecrets('a plain parameter')).toBe('a plain parameter');
  });

  it('in an error', () => {
    keepSecret('token-in-an-error');
    const error = new UserError('AccessDenied', { message: 'refused: token-in-an-error', nextSteps: ['try token-in-an-error'] });
    expect(hideSecrets(formatError(error, { color: true }))).not.toContain('token-in-an-error');
  });
});

describe('a log line of a container', () => {
  const secret = 'session-token-that-a-container-printed-for-whatever-reason';
  afterEach(() => vi.restoreAllMocks());
  it.each(['lines', 'jsonl', 'github', 'tree'])('is hidden before %s cuts it to the width of the screen', async (progress) => {
    keepSecret(secret);
    let shown = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((shown += String(text)), true));
    const columns = Object.getOwnPropertyDescriptor(process.stderr, 'columns');
    Object.defineProperty(process.stderr, 'columns', { value: 60, configurable: true });
    const id = { service: 'ui', target: 'shop-prod/eu-west-1', wave: 0 };
    const message = `exited (1): ${secret} | ${Buffer.from(secret).toString('base64')}`;
    const rollout = { ...id, status: 'failed' as const, from: null, to: { tag: '1.0.0' } };
    const cause = { code: 'ContainerExited', message, advice: `See ${secret}` };
    const outcome = { id: 'd-1', environment: 'prod', status: 'failed' as const, startedAt: '2026-11-21T10:00:00Z' };
    async function* events(): AsyncGenerator<BafEvent, { note: string }> {
      yield { type: 'deploy.started', at: 0, id: 'd-1', kind: 'deploy', name: 'prod', waves: [] } as unknown as BafEvent;
      yield { type: 'rollout.queued', at: 0, ...id, from: null, to: { tag: '1.0.0' } } as unknown as BafEvent;
      yield { type: 'rollout.message', at: 0, ...id, level: 'warn', text: `x ${secret}` } as unknown as BafEvent;
      yield { type: 'rollout.ended', at: 0, ...rollout, cause } as unknown as BafEvent;
      yield {
        type: 'deploy.ended',
        at: 0,
        outcome: { ...outcome, finishedAt: '2026-11-21T10:01:00Z', rollouts: [{ ...rollout, cause }] },
      } as unknown as BafEvent;
      return Promise.resolve({ note: `result ${secret}` });
    }
    try {
      const flags = { progress, verbose: true, 'no-color': true };
      const { result, events: seen } = await showProgress(flags, () => 0, events);
      expect(shown).toContain('***');
      for (const text of [shown, JSON.stringify(seen), JSON.stringify(result)]) expect(text).not.toContain(secret.slice(0, 12));
      expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
    } finally {
      if (columns) Object.defineProperty(process.stderr, 'columns', columns);
      else delete (process.stderr as { columns?: number }).columns;
    }
  });
});
