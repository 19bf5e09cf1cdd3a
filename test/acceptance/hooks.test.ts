/** Hooks by the built command: a task that fails, a check that fails, and a kill in the middle of a task. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

let here: Place;
const fast = ['--sandbox', '--speed', '60'];
const canary = ['--env', 'prod', '--targets', 'shop-canary/eu-west-1', ...fast];

beforeAll(async () => {
  here = place();
  const file = join(here.dir, 'baf.yaml');
  const text = readFileSync(file, 'utf8');
  const hooks =
    'deploy: { before: [{ name: migrate, command: [bin/migrate, up] }], after: [{ name: smoke, run: [node, smoke.mjs] }] }';
  writeFileSync(file, text.replace('    health: /actuator/health\n', `    health: /actuator/health\n    ${hooks}\n`));
  writeFileSync(
    join(here.dir, 'smoke.mjs'),
    "console.log('asking', process.env.BAF_TAG);\nprocess.exit(process.env.BAF_TAG === '1.6.0' ? 3 : 0);\n",
  );
  expect((await here.run('deploy', 'ui', '--tag', '1.3.0', ...canary)).code).toBe(0);
});
afterAll(() => here.remove());

const count = async (operation: string): Promise<number> => {
  const { value } = await here.json('sandbox', 'calls', ...fast);
  const calls = value['calls'] as { operation: string; count: number; failed: number }[];
  return calls.filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count - c.failed, 0);
};
/** Tasks that were started for the hook so far. */
const migrations = (): number => {
  const state = JSON.parse(readFileSync(join(here.dir, '.baf', 'sandbox', 'state.json'), 'utf8')) as {
    cells: Record<string, { ecs?: { tasks: Record<string, { startedBy?: string }> } }>;
  };
  const tasks = Object.values(state.cells).flatMap((cell) => Object.values(cell.ecs?.tasks ?? {}));
  return tasks.filter((task) => task.startedBy === 'baf-before-ui').length;
};
const tagNow = async (): Promise<string> => {
  const { value } = await here.json('ssm', 'tags', 'ui', '--env', 'prod', ...fast);
  const own = (value['tags'] as { target: string; tag: string; live: string }[]).find((t) => t.target.startsWith('shop-canary'))!;
  return `${own.tag} ${own.live}`;
};

it('a task that fails stops everything before the service is touched, and its lines are shown', async () => {
  await here.run('sandbox', 'fault', 'image', 'retail-store-sample-ui:1.4.0', '--outcome', 'exits', ...fast);
  const updates = await count('UpdateService');
  const { code, stdout, stderr } = await here.run('deploy', 'ui', '--tag', '1.4.0', '--progress', 'lines', ...canary);
  expect(code).toBe(1);
  expect(stderr).toMatch(/ui shop-canary\/eu-west-1: before migrate/);
  expect(stderr).toMatch(/ui shop-canary\/eu-west-1: migrate\| \S/);
  expect(stdout).toMatch(/migrate/);
  expect(await count('UpdateService')).toBe(updates);
  expect(await tagNow()).toBe('1.3.0 1.3.0');
});

it('a check that fails brings the version before back', async () => {
  const { code, stderr } = await here.run('deploy', 'ui', '--tag', '1.6.0', '--progress', 'lines', ...canary);
  expect(code).toBe(1);
  expect(stderr).toMatch(/smoke\| asking 1\.6\.0/);
  expect(stderr).toMatch(/smoke failed/);
  expect(await tagNow()).toBe('1.3.0 1.3.0');
});

it('killed while a task runs, and run again, the task is not started twice', async () => {
  const before = migrations();
  const first = here.start('deploy', 'ui', '--tag', '1.7.0', '--progress', 'jsonl', ...canary);
  await first.sees(/"type":"hook.started"/);
  first.child.kill('SIGKILL');
  await first.done;
  const again = await here.run('deploy', 'ui', '--tag', '1.7.0', '--progress', 'jsonl', ...canary);
  expect(again.code).toBe(0);
  expect(again.stderr).toMatch(/"hook":"migrate".*"status":"succeeded"/);
  expect(migrations()).toBe(before + 1);
  expect(await tagNow()).toBe('1.7.0 1.7.0');
});
