/** Pre-flight with the built CLI: everything that is wrong at once, and nothing is touched. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

let here: Place;
const fast = ['--sandbox', '--speed', '60'];
beforeAll(() => (here = place()));
afterAll(() => here.remove());

const writes = async (): Promise<number> => {
  const { value } = await here.json('sandbox', 'calls', ...fast);
  return (value as unknown as { calls: { operation: string; count: number }[] }).calls
    .filter((c) => !/^(Get|List|Describe|Batch|AssumeRole|Simulate)/.test(c.operation))
    .reduce((sum, c) => sum + c.count, 0);
};
const edit = (from: string, to: string): void => {
  const file = join(here.dir, 'baf.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};
const deploy = (...args: string[]) => ['deploy', 'ui', 'catalog', '--env', 'prod', ...args, ...fast];

it('finds what is wrong with all services in all targets, says it as a tree, and touches nothing', async () => {
  await here.run('sandbox', 'fault', 'image', 'retail-store-sample-ui:9.9', '--outcome', 'missing', ...fast);
  edit('PASSWORD: retail/catalog-db-password', 'PASSWORD: arn:aws:ssm:eu-west-1:222222222222:parameter/shop/none');
  const before = await writes();
  const ran = await here.run(...deploy('--tag', '9.9', '--progress', 'lines'));
  expect(ran.code).toBe(4);
  expect(ran.stderr).toMatch(/ui in shop-canary\/eu-west-1, shop-prod\/eu-west-1,us-east-1\n\S+\s+✗ image +there is no image/);
  expect(ran.stderr).toMatch(
    /catalog in shop-canary\/eu-west-1\n\S+\s+✗ secrets +RETAIL_CATALOG_PERSISTENCE_PASSWORD: there is no parameter/,
  );
  const { code, value } = await here.json(...deploy('--tag', '9.9'));
  const { error } = value as unknown as {
    error: { code: string; details: { findings: { id: string; outcome: string; service: string; target: string }[] } };
  };
  expect([code, error.code]).toEqual([4, 'PreflightFailed']);
  const problems = error.details.findings.filter((f) => f.outcome === 'problem').map((f) => `${f.service} ${f.id}`);
  expect(problems.sort()).toEqual(['catalog secrets', ...Array<string>(3).fill('ui image')]);
  expect(await writes()).toBe(before);
});
it('is left at Ctrl-C, and then nothing is deployed', async () => {
  edit('arn:aws:ssm:eu-west-1:222222222222:parameter/shop/none', 'retail/catalog-db-password');
  await here.run('sandbox', 'fault', 'call', 'ecs:DescribeClusters', '--kind', 'hang', '--times', '1', ...fast);
  const before = await writes();
  const running = here.start(...deploy('--tag', '1.4.0', '--progress', 'lines'));
  await running.sees(/pre-flight: 6 rollouts/);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.done;
  expect([code, stderr]).toEqual([130, expect.stringMatching(/Stopped before anything was touched/)]);
  expect(await writes()).toBe(before);
});
it('refuses a check that it does not know', async () => {
  const ran = await here.run(...deploy('--skip-checks', 'imgae'));
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/Did you mean: --skip-checks image/)]);
});
