/** Mistakes: exit 2, an error that names the value and the next step, and nothing touched. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

let here: Place;
beforeEach(() => (here = place()));
afterEach(() => here.remove());

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(join(here.dir, file), change(readFileSync(join(here.dir, file), 'utf8')));

describe('exit 2', () => {
  const cases: [string, string[], RegExp, () => void][] = [
    [
      'a service that is not there',
      ['deploy', 'catalgo', '--env', 'prod', '--tag', '1'],
      /catalgo[\s\S]*catalog/,
      () => undefined,
    ],
    ['an environment that is not there', ['deploy', 'ui', '--env', 'prdo', '--tag', '1'], /prdo[\s\S]*prod/, () => undefined],
    ['a tag that no registry takes', ['deploy', 'ui', '--env', 'prod', '--tag', '1.4 0'], /1\.4 0/, () => undefined],
    ['a flag that is not there', ['deploy', 'ui', '--env', 'prod', '--tga', '1'], /--tga/, () => undefined],
    ['no service and no --all', ['deploy', '--env', 'prod'], /--all/, () => undefined],
    ['all services, and some', ['deploy', 'ui', '--all', '--env', 'prod'], /--all together with ui/, () => undefined],
    [
      'a look for differences that would deploy',
      ['deploy', 'ui', '--env', 'prod', '--tag', '1', '--exit-code'],
      /without --plan/,
      () => undefined,
    ],
    ['a time without a unit', ['deploy', 'ui', '--env', 'prod', '--timeout', '5'], /--timeout "5" .*/, () => undefined],
    ['a command that is not there', ['stagin', 'up'], /stagin[\s\S]*staging/, () => undefined],
    [
      'broken YAML',
      ['deploy', 'ui', '--env', 'prod', '--tag', '1'],
      /baf\.yaml:\d+:\d+/,
      () => edit('baf.yaml', (text) => `${text}\n  broken: [1, 2\n`),
    ],
    [
      'a key that is not there',
      ['status', '--env', 'prod'],
      /baf\.yaml:\d+:\d+[\s\S]*heatlh[\s\S]*health/,
      () => edit('baf.yaml', (text) => text.replace('health:', 'heatlh:')),
    ],
    [
      'a template that is not there',
      ['deploy', 'ui', '--env', 'prod', '--tag', '1'],
      /web-servcie[\s\S]*web-service/,
      () => edit('baf.yaml', (text) => text.replace('template: web-service', 'template: web-servcie')),
    ],
    [
      'a platform file that is not there',
      ['staging', 'up', 'demo'],
      /baf\.platform\.yaml/,
      () => rmSync(join(here.dir, 'baf.platform.yaml')),
    ],
    ['a question without a terminal', ['ssm', 'tags', 'set', 'ui', '1.4.0', '--env', 'prod'], /--yes/, () => undefined],
    ['a staging name that no host name takes', ['staging', 'up', 'My_Staging'], /My_Staging/, () => undefined],
  ];
  it.each(cases)('%s', async (_name, args, message, prepare) => {
    prepare();
    const { code, stdout, stderr } = await here.run(...args, '--sandbox');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at .*\d+:\d+\)?/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    const { code: again, value } = await here.json(...args, '--sandbox');
    expect(again).toBe(2);
    expect(value).toMatchObject({
      error: { code: expect.any(String) as string, message: expect.any(String) as string },
      warnings: [],
    });
    const state = join(here.dir, '.baf', 'sandbox', 'state.json');
    if (existsSync(state))
      expect(readFileSync(state, 'utf8')).not.toMatch(/"(ecs|ssm|cloudformation):(Create|Update|Put|Register|Delete|Label)/);
  });
});
