/** A deploy while one operation fails without end: it ends in time and in order, and says what is wrong. */
import { openScene, scalable, withDeploy, type Deployed, type Scene } from './deploys.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { State } from '../../../src/lib/sandbox/state.js';
import { aftermath, differences, lockedIn, type Aftermath } from './aftermath.js';
import { save, type Saved } from './crash.js';
import { operationsOf, played, type Ran } from './faults.js';

// Hundreds of deploys: on a busy machine they take their time.
vi.setConfig({ testTimeout: 900_000 });

let scene: Scene;
let saved: Saved;
let operations: string[];
let undisturbed: Ran<Deployed>;
/** As it was before. */
let begun: Aftermath;
const targets = ['shop-canary'];

beforeAll(async () => {
  scene = openScene('endless');
  saved = await scene.prepare(null, async (world) => {
    await scene.deploy(['catalog'], '1.3.0', { targets });
    await scalable(world, '222222222222/eu-west-1', 'catalog');
  });
  begun = aftermath(JSON.parse(saved.state) as State);
  scene.edit(withDeploy('catalog', '{ before: [{ name: migrate, command: [up], timeout: 5m }] }'));
  undisturbed = await played(saved, () => scene.deploy(['catalog'], '1.4.0', { targets }));
  operations = operationsOf(undisturbed.world);
});
afterAll(() => scene.close());

describe.each([
  ['throttle', null],
  ['hang', 'ecs:UpdateService'],
  ['lost', 'ecs:UpdateService'],
] as const)('while there is no end of: %s (from %s on)', (kind, at) => {
  it('a deploy ends in time, leaves nothing half, and says what is wrong', async () => {
    const wrong: string[] = [];
    for (const operation of operations) {
      const patient = () => scene.deploy(['catalog'], '1.4.0', { targets, timeout: '3m' });
      const ran = await played(saved, patient, (world) => world.fault(operation, kind, null), at);
      wrong.push(...faultsOf(ran, operation).map((text) => `${operation}: ${text}`));
      if (kind !== 'lost') continue;
      const after = await played(save(ran.world), () => scene.deploy(['catalog'], '1.4.0', { targets }));
      if (after.result?.exitCode !== 0) wrong.push(`${operation}, run again: ${after.error ?? after.result?.text}`);
      wrong.push(...differences(serves(undisturbed.end), serves(after.end)).map((text) => `${operation}, run again: ${text}`));
    }
    expect(wrong).toEqual([]);
  });
});

/** What is wrong with how it ended: nothing, where it went well, or was refused or brought back in order. */
function faultsOf({ result, error, end, tookMs, world }: Ran<Deployed>, operation: string): string[] {
  const wrong: string[] = [];
  // The time that a rollout has, that its way back has, and eight attempts that hang for a minute each before and after.
  if (tookMs > 40 * 60_000) wrong.push(`it took ${Math.round(tookMs / 60_000)} minutes`);
  if (lockedIn(world.state, Date.now()).length > 0) wrong.push('it left a lock');
  if (error) {
    if (!(error instanceof UserError) || error.exitCode !== 1 || error.nextSteps.length === 0) wrong.push(`${error.stack}`);
    return [...wrong, ...differences(begun, end).map((text) => `touched: ${text}`)];
  }
  const { exitCode, outcome, text } = result!;
  const { status, cause } = outcome.rollouts[0]!;
  const [desired] = serves(end).tags;
  const [runs] = serves(end).services;
  const tag = desired!.split('@')[0];
  const definition = { '1.3.0': 'retail-store-prod-catalog:1', '1.4.0': 'retail-store-prod-catalog:2' }[tag!];
  if (runs?.join() !== definition) wrong.push(`${runs?.join()} runs, and the tag is ${tag}`);
  // A record that cannot be written says nothing of its end; everybody else sees by its age that its process is gone.
  const recorded = operation === 'ssm:PutParameter' ? /^deploy/ : /^deploy (succeeded|failed|rolled-back)$/;
  if (!recorded.test(end.records.at(-1)!['ended']!)) wrong.push(`on record: ${end.records.at(-1)!['ended']}`);
  const well = exitCode === 0 && status === 'succeeded' && tag === '1.4.0' && desired!.endsWith('live');
  const told = exitCode === 1 && (status === 'failed' || status === 'rolled-back') && Boolean(cause?.message && cause.advice);
  // Where nobody can look, or write, what has begun goes on; it is said.
  const blind = ['ContactLost', 'RollbackFailed'].includes(cause?.code ?? '');
  // Who cannot keep the lock may not write any more, not even to go back.
  const asItWas = tag === '1.3.0' || blind || operation === 'ssm:PutParameter';
  if (!well && !(told && asItWas)) wrong.push(`exit ${exitCode}, runs ${tag}: ${text}`);
  return wrong;
}

/** What runs and what the tags say of it; how often it was tried may differ. */
const serves = ({ services, tags, scaling }: Aftermath) => ({
  services: Object.values(services).map((s) => (s as { running: string[] }).running),
  tags: Object.values(tags).map((versions) => versions.at(-1)!),
  scaling,
});
