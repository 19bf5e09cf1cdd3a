/** Secrets that came where output is made of: tags, causes, errors of AWS, stack traces. None is seen, in no encoding. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handedOut, leaksOf } from '../runs.js';
import { encodingsOf, planted } from '../secrets.js';
import { place, type Place, type Ran } from './harness.js';

/** A legal tag, name and path, so that it comes through to the end. */
const secret = planted['NPM_TOKEN']!;
let here: Place;
beforeAll(() => (here = place()));
afterAll(() => here.remove());

const seen = (run: Ran): string => run.stdout + run.stderr;
const expectHidden = (run: Ran): void => {
  for (const [, form] of encodingsOf(secret)) expect(seen(run)).not.toContain(form);
  expect(seen(run)).toContain('***');
};

describe('a secret in a tag', () => {
  it.each(['lines', 'jsonl', 'github', 'tree'])('is not in the progress (%s), the cause or the result', async (progress) => {
    await here.run('sandbox', 'fault', 'image', `retail-store-sample-ui:${secret}`, '--outcome', 'missing');
    const args = [
      'deploy',
      'ui',
      '--env',
      'staging',
      '--tag',
      secret,
      '--sandbox',
      '--speed',
      '200',
      '--yes',
      '--skip-checks',
      'image',
    ];
    const run = await here.run(...args, '--progress', progress, '--verbose');
    expect(run.code).toBe(1);
    expect(seen(run)).toMatch(/failed/);
    expectHidden(run);
    const json = await here.run(...args, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ deploy: { rollouts: [{ to: { tag: '***' } }] } });
    expectHidden(json);
  });

  it('is not in a plan', async () => {
    const run = await here.run('deploy', 'ui', '--env', 'prod', '--tag', secret, '--sandbox', '--plan');
    expect(run.code).toBe(0);
    expectHidden(run);
  });
});

describe('a secret in an error', () => {
  it('of a user is not in its text, its next steps or its JSON', async () => {
    expectHidden(await here.run('deploy', secret, '--env', 'prod', '--tag', '1'));
    const json = await here.run('deploy', `x${secret}`, '--env', 'prod', '--tag', '1', '--json');
    expect((JSON.parse(json.stdout) as { error: { message: string } }).error.message).toContain('x***');
    expectHidden(json);
    expectHidden(await here.run(secret));
    expectHidden(await here.run(secret, '--json'));
  });

  it('of AWS is not in what baf says of it', async () => {
    const own = place();
    const file = join(own.dir, 'baf.platform.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('role/baf-deploy', `role/${secret}`));
    await own.run('sandbox', 'fault', 'call', 'sts:AssumeRole', '--kind', 'denied', '--times', '9');
    const run = await own.run('exec-with', 'shop-prod/eu-west-1', '--sandbox', '--', 'true');
    expect(run.code).toBe(3);
    expectHidden(run);
    own.remove();
  });

  it('that is a bug is not in its stack', async () => {
    const dir = join(here.dir, secret);
    mkdirSync(dir);
    symlinkSync('baf.yaml', join(dir, 'baf.yaml'));
    const run = await here.run('status', '--env', 'prod', '-C', dir);
    expect(run.code).toBe(70);
    expect(run.stderr).toMatch(/\n\s+at [\s\S]*This is a bug in baf/);
    expectHidden(run);
  });
});

describe('in GitHub Actions', () => {
  it('the runner is told what to mask, on stderr, before anything else; stdout stays one document', async () => {
    const own = place({ GITHUB_ACTIONS: 'true' });
    const run = await own.run('status', '--env', 'staging', '--sandbox', '--json');
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toHaveProperty('status');
    const masks = run.stderr.split('\n').filter(Boolean);
    expect(masks.every((line) => line.startsWith('::add-mask::'))).toBe(true);
    const told = masks.map((line) => line.slice('::add-mask::'.length));
    const sessions = handedOut(own.dir);
    expect(sessions).toHaveLength(3);
    expect(told).toEqual(expect.arrayContaining([...Object.values(planted), ...sessions]));
    own.remove();
  });
});

describe('the watch over the whole suite', () => {
  const run = { args: ['status'], stdout: '', stderr: '', secrets: [secret] };
  it('sees a secret in any encoding, and lets through only the result of credentials and what GitHub is told', () => {
    for (const [name, form] of encodingsOf(secret)) {
      expect(leaksOf([{ ...run, stdout: `x${form}y` }])).toContain(`baf status: plan... ${name} on stdout`);
      expect(leaksOf([{ ...run, stderr: `x${form}y` }, run])).toContain(`baf status: plan... ${name} on stderr`);
    }
    expect(leaksOf([run, { ...run, args: ['ls'], secrets: [], stdout: secret }])).toEqual(['baf ls: plan... raw on stdout']);
    expect(leaksOf([{ ...run, args: ['credentials'], stdout: secret }])).toEqual([]);
    expect(leaksOf([{ ...run, args: ['credentials'], stderr: secret }])).toHaveLength(1);
    expect(leaksOf([{ ...run, stderr: `::add-mask::${secret}\n` }])).toEqual([]);
  });
});
