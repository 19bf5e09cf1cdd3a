/** The built CLI beside other tools: credentials for them, and failures for a rehearsal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Place } from './harness.js';

let here: Place;
beforeAll(() => (here = place()));
afterAll(() => here.remove());

describe('exec-with', () => {
  it('hands everything after -- to the command, flags and all, and its exit code back', async () => {
    const script = 'console.log(JSON.stringify([process.argv.slice(1), process.env.AWS_REGION])); process.exit(7)';
    const run = await here.run(
      'exec-with',
      'shop-prod/us-east-1',
      '--sandbox',
      '--',
      process.execPath,
      '-e',
      script,
      'a',
      '--json',
      '--sandbox',
    );
    expect([run.code, run.stderr]).toEqual([7, '']);
    expect(JSON.parse(run.stdout)).toEqual([['a', '--json', '--sandbox'], 'us-east-1']);
  });

  it('says what is missing', async () => {
    const run = await here.run('exec-with', 'shop-prod/us-east-1', '--sandbox');
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('There is no command after --.');
    expect((await here.run('exec-with')).code).toBe(2);
  });
});

describe('credentials', () => {
  it('are lines for a shell, or what credential_process expects', async () => {
    const shell = await here.run('credentials', '--target', 'shop-prod/eu-west-1', '--sandbox');
    expect(shell.stdout).toMatch(/^export AWS_ACCESS_KEY_ID=ASIA\w+\n/);
    expect(shell.stderr).toContain('baf sandbox start');
    const { stdout } = await here.run('credentials', '--target', 'shop-prod/eu-west-1', '--format', 'process', '--sandbox');
    expect(JSON.parse(stdout)).toMatchObject({ Version: 1 });
  });
});

describe('faults', () => {
  it('are set, listed and cleared, and a name that is not known is refused with the nearest', async () => {
    expect((await here.run('sandbox', 'fault', 'call', 'ecs:UpdateService', '--kind', 'throttle', '--times', '2')).stdout).toBe(
      'f1  ecs:UpdateService: throttle, 2 times\n',
    );
    expect((await here.run('sandbox', 'fault', 'zone', 'shop-prod/eu-west-1/eu-west-1a')).code).toBe(0);
    const { value } = await here.json('sandbox', 'fault', 'ls');
    expect((value['faults'] as { subject: string }[]).map((f) => f.subject)).toEqual([
      'ecs:UpdateService',
      '333333333333/eu-west-1/eu-west-1a',
    ]);
    const wrong = await here.run('sandbox', 'fault', 'call', 'ecs:UpdateServic', '--kind', 'error');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Did you mean: ecs:UpdateService');
    expect((await here.run('sandbox', 'fault', 'clear')).stdout).toBe('2 faults cleared.\n');
    expect((await here.run('sandbox', 'fault', 'clear', 'f9')).code).toBe(2);
  });
});
