import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type OpenSandbox } from '../../../src/lib/sandbox/start.js';

let root: string;
let dir: string;
let open: OpenSandbox[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baf-sandbox-'));
  dir = join(root, '.baf', 'sandbox');
});
afterEach(async () => {
  for (const sandbox of open.reverse()) await sandbox.close();
  open = [];
  rmSync(root, { recursive: true, force: true });
});

const start = async (more: object = {}): Promise<OpenSandbox> => {
  const sandbox = await startSandbox({
    dir,
    accounts: { shop: '111111111111' },
    targets: [{ account: '111111111111', region: 'eu-west-1', environment: 'prod', domain: 'prod.example' }],
    repositories: ['app'],
    region: 'eu-west-1',
    speed: 10,
    readsTrailMs: 0,
    ...more,
  });
  open.push(sandbox);
  return sandbox;
};

const send = async (
  sandbox: OpenSandbox,
  service: string,
  headers: Record<string, string>,
  body: string,
  key = '111111111111',
) => {
  const answer = await fetch(sandbox.endpoint, {
    method: 'POST',
    body,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261119/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      ...headers,
    },
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    code: answer.headers.get('x-amzn-errortype'),
    text: await answer.text(),
  };
};
const ssm = (sandbox: OpenSandbox, operation: string, input: object, key?: string) =>
  send(
    sandbox,
    'ssm',
    { 'x-amz-target': `AmazonSSM.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
    JSON.stringify(input),
    key,
  );

describe('the sandbox', () => {
  it('speaks JSON and query, and answers what it does not know as AWS does', async () => {
    const sandbox = await start();
    const json = await ssm(sandbox, 'GetParameter', { Name: '/baf/platform/cluster' });
    expect(json.type).toBe('application/x-amz-json-1.1');
    expect(JSON.parse(json.text)).toMatchObject({ Parameter: { Value: 'baf', LastModifiedDate: expect.any(Number) as number } });
    expect(await ssm(sandbox, 'GetParameter', { Name: '/none' })).toMatchObject({ status: 400, code: 'ParameterNotFound' });
    expect(await ssm(sandbox, 'CreateUnicorn', {})).toMatchObject({ status: 400, code: 'UnknownOperationException' });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const xml = await send(sandbox, 'sts', form, 'Action=GetCallerIdentity&Version=2011-06-15');
    expect(xml.text).toMatch(/<GetCallerIdentityResult><UserId>[\s\S]*<Account>111111111111<\/Account>/);
    expect((await send(sandbox, 'sts', form, 'Action=Nothing')).text).toMatch(/<Code>InvalidAction<\/Code>/);
    expect((await send(sandbox, 'sts', form, 'Action=AssumeRole&RoleArn=x&RoleSessionName=ab')).text).toMatch(
      /<Code>ValidationError<\/Code>/,
    );
    expect(await ssm(sandbox, 'GetParameter', { Name: '/x' }, 'ASIAUNKNOWN')).toMatchObject({
      status: 403,
      code: 'UnrecognizedClientException',
    });
    expect((await fetch(sandbox.endpoint)).status).toBe(403);
    expect((await fetch(`${sandbox.endpoint}/_baf/nothing`)).status).toBe(404);
    const { calls } = JSON.parse(await sandbox.ask('calls')) as { calls: { operation: string; count: number; failed: number }[] };
    expect(calls).toContainEqual(expect.objectContaining({ operation: 'GetParameter', count: 3, failed: 2 }));
    expect(calls).toContainEqual(expect.objectContaining({ operation: 'CreateUnicorn', failed: 1 }));
  });

  it('is joined by a second opener, and its state outlives both', async () => {
    const first = await start();
    const second = await start();
    expect([first.attached, second.attached]).toEqual([false, true]);
    expect(second.endpoint).toBe(first.endpoint);
    expect(Math.abs(second.now() - first.now())).toBeLessThan(2000);
    await ssm(second, 'PutParameter', { Name: '/kept', Value: 'yes', Type: 'String' });
    const closedAt = first.now();
    await second.close();
    await first.close();
    open = [];
    expect(readdirSync(dir)).toEqual(['state.json']);
    const third = await start();
    expect((await ssm(third, 'GetParameter', { Name: '/kept' })).text).toContain('yes');
    expect(third.now()).toBeGreaterThanOrEqual(closedAt);
  });

  it('begins with a fleet, with reads that trail as ever', async () => {
    const sandbox = await start({ readsTrailMs: 1_000, fleet: { services: 2, targets: 2, project: 'shop' } });
    expect((await ssm(sandbox, 'GetParameter', { Name: '/baf/tags/prod/service-001' })).text).toContain('1.0.0');
  });

  it('takes over from a process that was killed, and sets a damaged state aside', async () => {
    await (await start()).close();
    open = [];
    writeFileSync(join(dir, 'server.lock'), '999999999');
    writeFileSync(join(dir, 'server.json'), JSON.stringify({ endpoint: 'http://127.0.0.1:1', nonce: 'x', pid: 999999999 }));
    writeFileSync(join(dir, 'state.json'), '{"version":1,"cells":{"tor');
    const sandbox = await start();
    expect(sandbox.attached).toBe(false);
    expect(sandbox.warning).toMatch(/could not be read[\s\S]*set aside/);
    expect(readdirSync(dir).some((name) => name.startsWith('state.json.unreadable-'))).toBe(true);
    expect(readFileSync(join(root, '.baf', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('says that a port is taken, and leaves no lock', async () => {
    const first = await start();
    const port = Number(new URL(first.endpoint).port);
    const elsewhere = join(root, 'other', 'sandbox');
    await expect(start({ dir: elsewhere, port })).rejects.toMatchObject({ code: 'PortTaken', exitCode: 4 });
    expect(readdirSync(elsewhere)).not.toContain('server.lock');
  });
});
