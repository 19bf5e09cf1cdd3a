/** Somebody else is at the service while it is rolled out: their deployment takes its place, or the service is taken away. */
import { openScene, type Scene } from './deploys.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeleteServiceCommand, ECSClient, UpdateServiceCommand } from '../../../src/lib/aws/sdk/ecs.js';
import { load, type Saved } from './crash.js';
import { asProcess, play, type World } from './one-clock.js';

const targets = ['shop-canary'];
const service = { cluster: 'baf', service: 'retail-store-prod-catalog' };
let scene: Scene;
let saved: Saved;

beforeAll(async () => {
  scene = openScene('elsewhere');
  saved = await scene.prepare(null, () => scene.deploy(['catalog'], '1.3.0', { targets }));
});
afterAll(() => scene.close());

/** What comes of a rollout when somebody does that at the third look after it began. */
async function meddled(act: (ecs: ECSClient) => Promise<unknown>) {
  asProcess(4711);
  const world: World = load(saved);
  const ecs = new ECSClient({
    ...{ region: 'eu-west-1', endpoint: 'http://sandbox.invalid' },
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'x' },
    requestHandler: world.handler as never,
  });
  let looks: number | null = null;
  world.before = (_, { operation }) => {
    if (operation === 'UpdateService') looks ??= 0;
    if (operation !== 'DescribeServices' || looks === null || ++looks !== 3) return;
    world.before = () => undefined;
    void act(ecs);
  };
  const { exitCode, outcome } = await play(world, scene.deploy(['catalog'], '1.4.0', { targets }));
  const [rollout] = outcome.rollouts;
  return `${exitCode} ${rollout!.status} ${rollout!.cause?.code}: ${rollout!.cause?.message}`;
}

it('a newer deployment is somebody else’s: named, and left alone', async () => {
  const act = (ecs: ECSClient) => ecs.send(new UpdateServiceCommand({ ...service, forceNewDeployment: true }));
  expect(await meddled(act)).toMatch(/^1 failed RolloutUsurped: Another deployment \(ecs-svc\/\d+\) of the same task definition/);
});

it('a service that is deleted is gone, and not waited for', async () => {
  const act = (ecs: ECSClient) => ecs.send(new DeleteServiceCommand({ ...service, force: true }));
  expect(await meddled(act)).toMatch(/^1 failed RolloutVanished: /);
});
