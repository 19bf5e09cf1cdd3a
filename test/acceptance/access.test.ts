/** Access on demand, as two people at two terminals have it: the built CLI, in a sandbox. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place, type Running } from './harness.js';

let here: Place;
beforeAll(() => void (here = closedPlace()));
afterAll(() => here.remove());

function closedPlace(): Place {
  const here = place();
  const file = join(here.dir, 'baf.platform.yaml');
  const text = readFileSync(file, 'utf8')
    .replace('accounts:', 'access: { approvers: [ben, eva], maxFor: 4h }\naccounts:')
    .replace('    protected: true\n', '    protected: true\n    access: on-demand\n');
  expect(text).toContain('on-demand');
  writeFileSync(file, text);
  return here;
}

/** Who sits at the terminal; AWS knows nobody in a sandbox without a login. */
const as = (who: string, ...args: string[]) => here.with({ BAF_ACTOR: who }).run(...args, '--sandbox', '--speed', '60');
const deploy = (who: string, ...more: string[]) => as(who, 'deploy', 'ui', '--env', 'prod', '--yes', ...more);

describe('access on demand', () => {
  it('is asked for, given by somebody else, used, and taken back', async () => {
    const refused = await deploy('ana');
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('baf access request --env prod --for 2h --reason ...'),
    ]);
    expect((await as('ana', 'ssm', 'tags', 'set', 'ui', '1.3.0', '--env', 'prod', '--yes')).code).toBe(4);
    expect((await deploy('ana', '--plan')).code).toBe(0);
    // Nothing was touched: there is no tag.
    expect((await as('ana', 'ssm', 'tags', 'get', 'ui', '--env', 'prod')).code).toBe(1);

    const asked = await as('ana', 'access', 'request', '--env', 'prod', '--for', '2h', '--reason', 'INC-1');
    expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining('baf access approve ana-1 --env prod\n')]);
    expect((await deploy('ana')).stderr).toContain('ana-1 waits for one of ben, eva to type');
    expect((await as('ana', 'access', 'approve', 'ana-1')).code).toBe(4);
    expect((await as('kim', 'access', 'approve', 'ana-1')).code).toBe(4);

    const approved = await as('ben', 'access', 'approve', 'ana-1', '--env', 'prod', '--json');
    expect([approved.code, JSON.parse(approved.stdout)]).toMatchObject([
      0,
      { access: { id: 'ana-1', requester: 'ana', forSeconds: 7200, state: 'approved', approvedBy: 'ben', inForce: true } },
    ]);
    expect((await deploy('kim')).code).toBe(4);
    const done = await deploy('ana', '--json');
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { deploy: { status: 'succeeded' } }]);

    expect((await as('ana', 'access', 'revoke', 'ana-1', '--reason', 'it is over')).code).toBe(0);
    expect((await deploy('ana')).code).toBe(4);
    const { requests } = JSON.parse((await as('kim', 'access', 'ls', '--json')).stdout) as { requests: object[] };
    expect(requests).toMatchObject([{ id: 'ana-1', state: 'revoked', history: [{}, {}, { by: 'ana', reason: 'it is over' }] }]);
  });

  it('is waited for', async () => {
    const waiting = here
      .with({ BAF_ACTOR: 'kim' })
      .start('access', 'request', '--for', '1h', '--reason', 'INC-2', '--wait', '--sandbox', '--speed', '60');
    await waiting.sees(/kim-1 waits for an answer/);
    expect((await as('eva', 'access', 'approve', 'kim-1')).code).toBe(0);
    const { code, stdout } = await waiting.done;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^kim-1 approved/)]);
  });

  it('is denied, and says by whom', async () => {
    await as('lea', 'access', 'request', '--for', '1h', '--reason', 'curious');
    expect((await as('eva', 'access', 'deny', 'lea-1', '--reason', 'no')).code).toBe(0);
    const shown = await as('lea', 'access', 'show', 'lea-1');
    expect(shown.stdout).toMatch(/denied by eva: no/);
    expect((await deploy('lea')).code).toBe(4);
  });

  it('needs a reason, a length that is allowed, an environment that has it, and an id', async () => {
    const ask = (...args: string[]) => as('ana', 'access', 'request', ...args);
    expect((await ask('--for', '2h')).code).toBe(2);
    expect((await ask('--for', '2h', '--reason', ' ')).code).toBe(2);
    expect((await ask('--for', '9h', '--reason', 'x')).code).toBe(4);
    expect((await ask('--for', 'long', '--reason', 'x')).code).toBe(2);
    expect((await ask('--for', '1h', '--reason', 'x', '--env', 'staging')).code).toBe(2);
    expect((await as('ben', 'access', 'approve', 'ana-99')).code).toBe(2);
    expect((await as('ben', 'access', 'approve', '../x')).code).toBe(2);
  });
});

describe('with IAM enforced', () => {
  const CANARY = '222222222222';
  const PROD = '333333333333';
  let own: Place;
  let serving: Running;
  let endpoint: string;
  beforeAll(async () => {
    own = closedPlace();
    serving = own.start('sandbox', 'start', '--speed', '10', '--enforce-iam', '--stale-reads', '0');
    await serving.sees(/sandbox at http:\S+/);
    const text = readFileSync(join(own.dir, '.baf', 'sandbox', 'server.json'), 'utf8');
    ({ endpoint } = JSON.parse(text) as { endpoint: string });
    const Action = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
    const Statement = [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    for (const accessKeyId of [CANARY, PROD]) {
      const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'x' } });
      await iam.send(new CreateRoleCommand({ RoleName: 'baf-deploy', AssumeRolePolicyDocument }));
      for (const PolicyName of ['baf-access', 'baf-approve']) {
        const PolicyDocument = readFileSync(resolve('docs/policies', `${PolicyName}.json`), 'utf8');
        const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
        await iam.send(new AttachRolePolicyCommand({ RoleName: 'baf-deploy', PolicyArn: Policy!.Arn! }));
      }
    }
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    await serving.done;
    own.remove();
  });
  const be = (who: string, ...args: string[]) => own.with({ BAF_ACTOR: who }).run(...args, '--sandbox');
  /** Past baf: what AWS says to the sessions that baf gives this person. */
  const writes = async (who: string): Promise<string> => {
    const { stdout } = await be(who, 'credentials', '--target', 'shop-prod/eu-west-1', '--format', 'json');
    const { accessKeyId, secretAccessKey, sessionToken } = JSON.parse(stdout) as Record<string, string>;
    const credentials = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey!, sessionToken: sessionToken! };
    const ssm = new SSMClient({ endpoint, region: 'eu-west-1', credentials });
    const put = new PutParameterCommand({ Name: '/baf/tags/prod/ui', Value: '1', Type: 'String', Overwrite: true });
    return ssm.send(put).then(
      () => 'ok',
      (error: Error) => error.name,
    );
  };

  it('AWS lets in whom the grant names and nobody else, until it is taken back', async () => {
    const DENIED = 'AccessDeniedException';
    expect(await writes('ana')).toBe(DENIED);
    expect((await be('ana', 'access', 'request', '--for', '4h', '--reason', 'INC-1')).code).toBe(0);
    // Who is asked for it grants it to nobody: neither by baf nor past it.
    expect((await be('ana', 'access', 'approve', 'ana-1')).code).toBe(4);
    const approved = await be('ben', 'access', 'approve', 'ana-1');
    expect([approved.code, approved.stdout, approved.stderr]).toEqual([
      0,
      expect.stringMatching(/^ana-1 approved/),
      expect.not.stringContaining('does not know'),
    ]);
    expect([await writes('ana'), await writes('kim'), await writes('ben')]).toEqual(['ok', DENIED, DENIED]);
    expect((await be('ana', 'access', 'revoke', 'ana-1')).code).toBe(0);
    expect(await writes('ana')).toBe(DENIED);
  });
});
