/** The commands in process and in virtual time: what the bundle does, with its lines counted. */
import { endTime, enter, keepPlaying, projectDir, removeDir, startTime, type World } from './one-clock.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { faultImage } from '../../../src/lib/command/faults.js';
import { downStaging, lsStagings, showOneStaging, upStaging } from '../../../src/lib/command/staging.js';
import { rollBack } from '../../../src/lib/command/rollback.js';
import { showStatus } from '../../../src/lib/command/status.js';
import { getTag, listTags } from '../../../src/lib/command/tags.js';
import { setTag } from '../../../src/lib/command/tags-set.js';
import { lsTemplates, renderStack, showTemplate } from '../../../src/lib/command/templates.js';
import type { UserError } from '../../../src/lib/errors/user-error.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';

let dir: string;
let world: World;
let stop: () => void;
beforeAll(() => {
  startTime();
  dir = projectDir('commands');
  world = enter();
  stop = keepPlaying(world);
  process.env['BAF_ACTOR'] = 'ana';
});
afterAll(() => {
  stop();
  endTime();
  removeDir(dir);
});

const base = () => ({
  dir,
  sandbox: true,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'none',
});
const deployFlags = {
  env: 'prod',
  plan: false,
  'exit-code': false,
  timeout: '6h',
  'on-failure': 'rollback' as const,
  json: true,
};
const deploy = async (services: string[], tag: string | null, more: object = {}) => {
  const done = await deployServices({ ...base(), ...deployFlags, services, ...(tag ? { tag: [tag] } : {}), ...more });
  return { ...done, outcome: (done.json as { deploy: DeployOutcome }).deploy };
};
const tagsOf = async (service: string): Promise<TagRow[]> =>
  ((await listTags([service], { ...base(), env: ['prod'] })).json as { tags: TagRow[] }).tags;

describe('stagings', () => {
  it('live and go', async () => {
    const up = await upStaging('demo', { ...base(), timeout: '6h' });
    expect(up.exitCode).toBe(0);
    expect(up.text).toMatch(/^demo ready {2}ana's, in staging, expires in 2d 23h\n {2}ui /);
    expect((await upStaging('demo', { ...base(), timeout: '6h', ttl: '5d', tag: ['ui=1.4.0'] })).text).toMatch(
      /ui\s+1\.4\.0 {2}ready/,
    );
    const one = await upStaging('demo', { ...base(), timeout: '6h', service: ['ui'], tag: ['1.4.1'] });
    expect(one.text).toMatch(/ui\s+1\.4\.1 {2}ready[\s\S]*catalog\s+1\.3\.0 {2}ready/);
    expect((await lsStagings(base())).text).toMatch(/demo\s+ready\s+ana/);
    expect((await showOneStaging('demo', base())).text).toMatch(/expires in 4d 23h/);
    await expect(showOneStaging('other', base())).rejects.toMatchObject({ code: 'StagingUnknown' });
    process.env['BAF_ACTOR'] = 'ben';
    await expect(upStaging('demo', { ...base(), timeout: '6h' })).rejects.toMatchObject({ code: 'StagingTaken', exitCode: 4 });
    process.env['BAF_ACTOR'] = 'ana';
    await expect(upStaging('long', { ...base(), timeout: '6h', ttl: '90d' })).rejects.toMatchObject({
      code: 'TtlTooLong',
      exitCode: 4,
    });
    await expect(upStaging('prod', { ...base(), timeout: '6h' })).rejects.toMatchObject({ exitCode: 2 });
    expect((await downStaging('demo', base())).text).toBe('The staging demo is gone.');
    expect((await downStaging('demo', base())).text).toMatch(/nothing to do/);
    expect((await lsStagings(base())).text).toMatch(/^No stagings/);
    // SSM holds the name of the record that was deleted for half a minute: the command waits for it.
    expect((await upStaging('demo', { ...base(), timeout: '6h', service: ['ui'] })).exitCode).toBe(0);
    expect((await downStaging('demo', base())).text).toBe('The staging demo is gone.');
  });
});

describe('deploys', () => {
  it('go wave by wave, are seen, and are unchanged after', async () => {
    const first = await deploy(['ui', 'catalog'], '1.3.0');
    expect(first.outcome.status).toBe('succeeded');
    expect(first.text).toMatch(/✓ ui 1\.3\.0 succeeded/);
    const plan = await deployServices({
      ...base(),
      ...deployFlags,
      services: ['ui'],
      tag: ['1.4.0'],
      plan: true,
      'exit-code': true,
    });
    expect(plan.exitCode).toBe(6);
    expect(plan.text).toMatch(
      /wave 1, then 1m bake\n {2}~ ui in shop-canary\/eu-west-1: 1\.3\.0 -> 1\.4\.0 \(tag, task definition\)/,
    );
    expect((await deploy(['ui'], '1.4.0', { targets: ['shop-canary'] })).outcome.rollouts.map((r) => r.target)).toEqual([
      'shop-canary/eu-west-1',
    ]);
    expect((await tagsOf('ui')).map((t) => `${t.tag} ${t.running} ${t.live} ${t.updatedBy}`)).toEqual([
      '1.4.0 1.4.0 1.4.0 ana',
      '1.3.0 1.3.0 1.3.0 ana',
      '1.3.0 1.3.0 1.3.0 ana',
    ]);
    const again = await deploy(['catalog'], '1.3.0');
    expect([again.outcome.status, again.exitCode]).toEqual(['unchanged', 0]);
    expect(again.text).toMatch(/Nothing to do/);
    const status = await showStatus(['ui'], { ...base(), env: 'prod' });
    expect(status.text).toMatch(/ui\s+shop-canary\/eu-west-1\s+1\.4\.0\s+2\/2\s+steady/);
  });

  it.each([
    ['exits', 'ContainerExited', /exit code 1/],
    ['oom', 'OutOfMemory', /exit code 137/],
    ['unhealthy', 'HealthCheckFailed', /health checks/],
  ] as const)('of an image that %s come back, with the cause', async (outcome, code, message) => {
    await deploy(['ui'], '1.4.0');
    await faultImage(`retail-store-sample-ui:2.0-${outcome}`, { ...base(), outcome });
    const { outcome: ended, exitCode, text } = await deploy(['ui'], `2.0-${outcome}`);
    expect(ended.status).toBe('rolled-back');
    expect(exitCode).toBe(1);
    expect(ended.rollouts[0]!.cause).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(ended.rollouts.slice(1).map((r) => r.status)).toEqual(['skipped', 'skipped']);
    expect(text).toMatch(/why: [\s\S]*do: {2}/);
    expect((await tagsOf('ui')).map((t) => `${t.tag} ${t.running} ${t.state}`)).toEqual(Array(3).fill('1.4.0 1.4.0 in-sync'));
  });

  it('of a failure in a later wave bring the earlier waves back too', async () => {
    await deploy(['ui'], '1.4.0');
    const running = deploy(['ui'], '3.0');
    // The image breaks while the canary bakes.
    for (;;) {
      await new Promise((done) => setTimeout(done, 5_000));
      if ((await tagsOf('ui'))[0]!.live === '3.0') break;
    }
    await faultImage('retail-store-sample-ui:3.0', { ...base(), outcome: 'exits' });
    const { outcome, exitCode } = await running;
    expect(outcome.rollouts.map((r) => `${r.target} ${r.status} ${r.cause?.code}`)).toEqual([
      'shop-canary/eu-west-1 rolled-back RolledBackWithDeploy',
      'shop-prod/eu-west-1 rolled-back ContainerExited',
      'shop-prod/us-east-1 rolled-back ContainerExited',
    ]);
    expect(exitCode).toBe(1);
    expect((await tagsOf('ui')).map((t) => `${t.tag} ${t.running} ${t.live} ${t.state}`)).toEqual(
      Array(3).fill('1.4.0 1.4.0 1.4.0 in-sync'),
    );
  });

  it('stop where they are with --on-failure stop', async () => {
    await faultImage('retail-store-sample-catalog:4.0', { ...base(), outcome: 'exits' });
    const { outcome, exitCode } = await deploy(['catalog'], '4.0', { 'on-failure': 'stop' });
    expect(outcome.rollouts.map((r) => r.status)).toEqual(['failed', 'skipped', 'skipped']);
    expect(exitCode).toBe(1);
    expect((await deploy(['catalog'], '1.3.0')).outcome.status).toBe('succeeded');
  });

  it('without a tag take the deploy tag', async () => {
    await setTag('catalog', '1.9.0', { ...base(), env: 'prod' });
    expect((await tagsOf('catalog')).map((t) => t.state)).toEqual(['drifted', 'drifted', 'drifted']);
    const { outcome } = await deploy(['catalog'], null);
    expect(outcome.rollouts.map((r) => `${r.from?.tag} ${r.to.tag} ${r.status}`)).toEqual(Array(3).fill('1.3.0 1.9.0 succeeded'));
  });
});

describe('of services that lack something', () => {
  let bare: string;
  beforeAll(() => {
    const canary = (text: string) => text.replace('\n  ui:\n', '\n  ui:\n    deploy: { strategy: canary }\n');
    bare = projectDir('bare', (text) => canary(text.replace(/^ {4}tag: .*\n/gm, '')));
  });
  afterAll(() => removeDir(bare));
  const refused = async (services: string[], more: object = {}) => {
    const before = world.calls.length;
    const error = await deploy(services, null, { dir: bare, ...more }).catch((e: unknown) => e as UserError);
    expect(world.calls.slice(before).filter(({ operation }) => !/^(Describe|Get|List|Batch|Assume)/.test(operation))).toEqual([]);
    return error as UserError;
  };

  it('all are told at once, and nothing is touched', async () => {
    const { offered } = removeRole('333333333333/us-east-1');
    const error = await refused(['ui', 'catalog', 'cart', 'orders']);
    offered();
    const [canary, west, east] = ['shop-canary/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1'];
    expect([error.code, error.exitCode]).toEqual(['TagMissing', 2]);
    expect(error.message.split('\n')).toEqual([
      'No tag for these services: they have no deploy tag in prod yet.',
      `  cart, orders in ${canary}, ${west}, ${east}`,
      `ui has the strategy canary, and no role by which ECS moves traffic is offered in ${east}.`,
    ]);
    expect(error.nextSteps).toEqual([
      'Give each one: --tag cart=TAG --tag orders=TAG, or --tag TAG for all; or a default in baf.yaml: services.NAME.tag',
      expect.stringContaining('/baf/platform/ecs-infrastructure-role-arn'),
      expect.stringContaining('--strategy rolling'),
    ]);
    const { missing } = error.details as { missing: { code: string; service: string; target: string }[] };
    expect(missing.filter(({ code }) => code === 'TagMissing')).toHaveLength(6);
    expect(missing.filter(({ code }) => code !== 'TagMissing').map(({ target }) => target)).toEqual([east]);
  });

  it('one is told in a sentence', async () => {
    const { offered } = removeRole('333333333333/us-east-1');
    expect(await refused(['ui', 'catalog'])).toMatchObject({
      code: 'InfrastructureRoleMissing',
      message: 'ui has the strategy canary, and no role by which ECS moves traffic is offered in shop-prod/us-east-1.',
    });
    offered();
    expect(await refused(['cart'], { targets: ['shop-prod'] })).toMatchObject({
      message: 'No tag for cart: it has no deploy tag in prod (shop-prod/eu-west-1, shop-prod/us-east-1) yet.',
      nextSteps: ['Give one: --tag TAG', 'or a default in baf.yaml: services.cart.tag'],
    });
  });

  it('a rollback of all passes over what was never there', async () => {
    const back = { ...base(), ...deployFlags, dir: bare, services: ['catalog', 'cart'], all: true, force: false };
    const { json } = await rollBack({ ...back, plan: true });
    const { waves } = (json as { plan: { waves: { rollouts: { service: string }[] }[] } }).plan;
    expect(waves.map(({ rollouts }) => rollouts.map((r) => r.service))).toEqual([['catalog'], ['catalog', 'catalog']]);
  });

  /** Until `offered` is called. */
  function removeRole(cell: string): { offered: () => void } {
    const { parameters } = world.state.cells[cell]!['ssm'] as { parameters: Record<string, unknown> };
    const name = '/baf/platform/ecs-infrastructure-role-arn';
    const role = parameters[name];
    expect(role).toBeDefined();
    delete parameters[name];
    return { offered: () => void (parameters[name] = role) };
  }
});

describe('tags', () => {
  it('are set once, got, and refused where the image is not there', async () => {
    expect((await getTag('catalog', { ...base(), env: 'prod' })).text).toBe('1.9.0');
    expect((await setTag('catalog', '1.9.0', { ...base(), env: 'prod' })).text).toMatch(/catalog  1\.9\.0  unchanged/);
    await faultImage('retail-store-sample-catalog:9.9', { ...base(), outcome: 'missing' });
    await expect(setTag('catalog', '9.9', { ...base(), env: 'prod' })).rejects.toMatchObject({
      code: 'ImageMissing',
      exitCode: 4,
    });
    await expect(getTag('orders', { ...base(), env: 'prod' })).rejects.toMatchObject({ code: 'TagMissing' });
    await expect(setTag('catalog', '1.9.1', { ...base(), env: 'prod', yes: false })).rejects.toMatchObject({
      code: 'CannotAsk',
      exitCode: 2,
    });
    expect((await listTags([], base())).text).toMatch(/catalog\s+prod\s+1\.9\.0\s+1\.9\.0\s+in-sync/);
  });
});

describe('templates', () => {
  it('are listed, shown and rendered without AWS', async () => {
    expect((await lsTemplates(base())).text).toMatch(/web-service +a service behind/);
    expect((await showTemplate('worker', base())).text).toMatch(/# example/);
    expect(await renderStack('ui', { ...base(), env: 'prod', tag: '1.4.0', only: 'task-definition' })).toMatchObject({
      family: 'retail-store-prod-ui',
      cpu: '1024',
    });
    expect(await renderStack('ui', { ...base(), env: 'prod', only: 'stack' })).toHaveProperty('Resources.ListenerRule');
    expect(await renderStack('ui', { ...base(), env: 'prod', only: 'service' })).toMatchObject({ desiredCount: 2 });
    await expect(renderStack('ui', { ...base(), env: 'prod', target: 'shop-prod/eu-west-2' })).rejects.toMatchObject({
      code: 'TargetUnknown',
    });
  });
});
