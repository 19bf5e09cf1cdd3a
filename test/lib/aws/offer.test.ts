/** What the platform offers in a target: how many calls it takes, and what is asked for only where a service needs it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../src/lib/aws/clients.js';
import { createGateways } from '../../../src/lib/aws/gateways.js';
import type { TargetGateways } from '../../../src/lib/engine/effects.js';
import { planStack } from '../../../src/lib/engine/plan-stack.js';
import { perform } from '../../../src/lib/sandbox/dispatch.js';
import { seed } from '../../../src/lib/sandbox/seed.js';
import { allServices } from '../../../src/lib/sandbox/services/index.js';
import { sessionOptions } from '../identity/session-options.js';
import { served, type Served } from '../sandbox/served.js';

const account = '111111111111';
const target = { name: 'shop/eu-west-1', account: 'shop', accountId: account, region: 'eu-west-1' };
const ssm = allServices.find((service) => service.name === 'ssm')!;

let sandbox: Served;
let gateways: TargetGateways;
const as = { account, region: 'eu-west-1', arn: `arn:aws:iam::${account}:user/platform` };
const put = (name: string, value: string): unknown =>
  perform(sandbox.sandbox, ssm, 'PutParameter', { Name: `/baf/platform/${name}`, Value: value, Type: 'String' }, as);
const reads = (): number =>
  Object.values(sandbox.sandbox.store.state.calls)
    .filter((c) => c.service === 'ssm')
    .reduce((sum, c) => sum + c.count, 0);

beforeAll(async () => {
  sandbox = await served([account]);
  seed(sandbox.sandbox, [{ account, region: 'eu-west-1', environment: 'prod', domain: 'prod.example' }], []);
});
afterAll(() => sandbox.close());
beforeEach(() => {
  const aws = createClients({ endpoint: sandbox.endpoint, sessions: () => Promise.resolve(sessionOptions()) });
  gateways = createGateways(aws.clients, { now: sandbox.clock.now, sleep: () => Promise.resolve() })(target);
});

describe('the offer of a target', () => {
  it('is one call, however often it is asked for, with the boundary of the tasks where there is one', async () => {
    put('task-boundary-arn', `arn:aws:iam::${account}:policy/baf-task-boundary`);
    sandbox.clock.advance(2_000);
    const before = reads();
    const [offer] = await Promise.all([gateways.offer('prod'), gateways.offer('prod')]);
    expect(reads() - before).toBe(1);
    expect(offer).toMatchObject({
      cluster: 'baf',
      domain: 'prod.example',
      taskBoundaryArn: `arn:aws:iam::${account}:policy/baf-task-boundary`,
      infrastructureRoleArn: null,
    });
  });

  it('that lacks something names it', async () => {
    await expect(gateways.offer('qa')).rejects.toMatchObject({
      code: 'PlatformOfferMissing',
      message: "shop/eu-west-1 lacks the platform's parameters /baf/platform/qa/domain.",
    });
  });
});

describe('the role by which ECS moves traffic', () => {
  const plan = async (strategy: string) => {
    const values = { service: { name: 'ui', deploy: { strategy } }, target, offer: await gateways.offer('prod') };
    const request = { staging: 'demo', environment: 'prod', project: 'shop' };
    return planStack(request, { stack: null } as never, values as never, null, gateways);
  };

  it('is asked for by a service that moves it, and by no other', async () => {
    await gateways.offer('prod');
    const before = reads();
    expect((await plan('rolling')).values.offer.infrastructureRoleArn).toBeNull();
    expect(reads() - before).toBe(0);
    expect((await plan('blue-green')).values.offer.infrastructureRoleArn).toBe(
      `arn:aws:iam::${account}:role/baf-ecs-infrastructure`,
    );
    await plan('canary');
    expect(reads() - before).toBe(1);
  });
});
