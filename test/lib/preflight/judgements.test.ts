/** The checks before a deploy, each by value. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judgeAlarms } from '../../../src/lib/preflight/alarms.js';
import { judgeCapacity, roomFor, taskSize } from '../../../src/lib/preflight/capacity.js';
import { known, notKnown, type Finding } from '../../../src/lib/preflight/finding.js';
import { ecrReference, judgeArchitecture, judgeImage, platformsOf } from '../../../src/lib/preflight/image.js';
import { needsOf } from '../../../src/lib/preflight/needs.js';
import { boundsOf, judgeProgress } from '../../../src/lib/preflight/progress.js';
import { judgeRole, trustsTasks } from '../../../src/lib/preflight/roles.js';
import { judgeSecret, parseReference } from '../../../src/lib/preflight/secrets.js';
import { checksToMake } from '../../../src/lib/preflight/select.js';
import { judgeSize } from '../../../src/lib/preflight/size.js';

const told = (finding: Finding | null) => finding && `${finding.outcome}: ${finding.message} | ${finding.fix}`;
const here = { account: '111111111111', region: 'eu-west-1' };

it('reads where an image is pulled from', () => {
  const host = '999999999999.dkr.ecr.us-east-1.amazonaws.com';
  expect(ecrReference(`${host}/shared/app:1`)).toEqual({
    account: '999999999999',
    region: 'us-east-1',
    repository: 'shared/app',
    id: { tag: '1' },
  });
  expect(ecrReference(`${host}/app:1@sha256:ab`)?.id).toEqual({ digest: 'sha256:ab' });
  expect(ecrReference(`${host}/app`)?.id).toEqual({ tag: 'latest' });
  expect(ecrReference('public.ecr.aws/nginx/nginx:1')).toBeNull();
});
it('judges alarms: one that cannot be seen would watch nothing', () => {
  expect(judgeAlarms([], notKnown('refused'))).toBeNull();
  expect(judgeAlarms(['a', 'b'], known(['b', 'a']))?.outcome).toBe('ok');
  expect(told(judgeAlarms(['a', 'b', 'c'], known(['b'])))).toMatch(/^problem: there is no alarm a, c \| Create it there/);
  expect(told(judgeAlarms(['a'], notKnown('refused')))).toMatch(/^problem: a cannot be watched: refused \| Allow/);
});
it('asks for no alarm that the stack makes', () => {
  const planned = {
    ...{ ...here, cluster: 'c', taskDefinition: {}, service: {}, stackOutputs: {}, tasks: null, creates: true },
    stackTemplate: { Resources: { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'own' } } } },
    alarms: ['own', 'shared'],
  };
  expect(needsOf(planned).alarms).toEqual(['shared']);
});
it('judges images, and guesses nothing', () => {
  expect(told(judgeImage('a:1', known(null)))).toMatch(/^problem: there is no image a:1/);
  expect(judgeImage('a:1', null).outcome).toBe('skipped');
  expect(told(judgeImage('a:1', notKnown('refused')))).toMatch(/^skipped: .*refused/);
  const list = JSON.stringify({
    manifests: [
      { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      { platform: { os: 'unknown', architecture: 'unknown' } },
    ],
  });
  expect(platformsOf(list)).toEqual(['linux/arm64']);
  expect(platformsOf('{"config":{}}')).toBeNull();
  const image = known({ digest: 'd', platforms: ['linux/arm64'] });
  expect(told(judgeArchitecture('a:1', image, undefined))).toMatch(
    /^problem: a:1 is made for linux\/arm64, and the tasks run on linux\/amd64/,
  );
  expect(judgeArchitecture('a:1', image, { cpuArchitecture: 'ARM64' })?.outcome).toBe('ok');
  expect(judgeArchitecture('a:1', known({ digest: 'd', platforms: null }), undefined)?.outcome).toBe('skipped');
  expect(judgeArchitecture('a:1', known(null), undefined)).toBeNull();
});

const trust = (statement: object) =>
  JSON.stringify({
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs-tasks.amazonaws.com' }, ...statement }],
  });
it('judges roles', () => {
  expect(trustsTasks(trust({}))).toBe(true);
  expect(trustsTasks(trust({ Principal: { Service: ['ec2.amazonaws.com', 'ecs-tasks.amazonaws.com'] } }))).toBe(true);
  expect(trustsTasks(trust({ Principal: { Service: 'ec2.amazonaws.com' } }))).toBe(false);
  expect(trustsTasks(trust({ Effect: 'Deny' }))).toBe(false);
  expect(trustsTasks(trust({ Action: 'sts:TagSession' }))).toBe(false);
  expect(trustsTasks('no JSON')).toBe(false);
  const role = (arn: string, seen: Parameters<typeof judgeRole>[3]) => judgeRole('task-role', arn, here.account, seen).outcome;
  expect(role('arn:aws:iam::111111111111:role/path/x', known({ trust: trust({}) }))).toBe('ok');
  expect(role('arn:aws:iam::222222222222:role/x', known({ trust: trust({}) }))).toBe('problem');
  expect(role('x', known(null))).toBe('problem');
  expect(role('x', notKnown('no'))).toBe('skipped');
});

const seen = (valueFrom: string, more: object) => ({
  name: 'KEY',
  valueFrom,
  reference: parseReference(valueFrom, here),
  parameter: null,
  secret: null,
  decision: null,
  ...more,
});
const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf';
it.each([
  ['db/key', { parameter: known(true) }, /^ok/],
  ['db/key', { parameter: known(false) }, /^problem: KEY: there is no parameter db\/key/],
  ['db/key', { parameter: notKnown('no right') }, /^skipped: .*no right/],
  ['db/key', { parameter: known(true), decision: 'implicitDeny' as const }, /^problem: .*may not call ssm:GetParameters/],
  ['arn:aws:sqs:x', {}, /^problem: .*neither/],
  [arn, { secret: known(null) }, /^problem: KEY: there is no secret db-AbCdEf/],
  [
    `${arn}:user:AWSPENDING:`,
    { secret: known({ stages: ['AWSCURRENT'], versions: [], deleted: false, keys: null }) },
    /^problem: .*no version AWSPENDING/,
  ],
  [
    `${arn}:usr::`,
    { secret: known({ stages: [], versions: [], deleted: false, keys: known(['user', 'password']) }) },
    /^problem: .*no key usr \| Did you mean user\?/,
  ],
  [
    `${arn}:user::`,
    { secret: known({ stages: [], versions: [], deleted: false, keys: known('not JSON' as const) }) },
    /^problem: .*not JSON/,
  ],
  [
    `${arn}:user::`,
    { secret: known({ stages: [], versions: [], deleted: false, keys: notKnown('denied') }) },
    /^skipped: .*denied/,
  ],
  [arn, { secret: known({ stages: [], versions: [], deleted: true, keys: null }) }, /^problem: .*being deleted/],
  [
    arn,
    { secret: known({ stages: [], versions: [], deleted: false, keys: null }), decision: 'implicitDeny' as const },
    /^warning/,
  ],
  [
    arn,
    { secret: known({ stages: [], versions: [], deleted: false, keys: null }), decision: 'explicitDeny' as const },
    /^problem/,
  ],
])('judges the secret %s', (valueFrom, more, expected) => {
  expect(told(judgeSecret(seen(valueFrom, more) as never))).toMatch(expected);
});

it('judges sizes', () => {
  const size = (cpu: unknown, memory: unknown) => judgeSize({ cpu, memory }, true)?.outcome;
  expect([size(256, 512), size('1 vCPU', '2 GB'), size(8192, 20_480)]).toEqual(['ok', 'ok', 'ok']);
  expect([size(256, 4096), size(300, 512), size(1024, 2500), size(8192, 17_408)]).toEqual(Array(4).fill('problem'));
  expect(judgeSize({ cpu: 300 }, false)).toBeNull();
});
it('finds a deadlock exactly where ECS could neither start nor stop a task', () => {
  expect(told(judgeProgress({ desired: 1, minimumHealthyPercent: 100, maximumPercent: 150 }, true))).toMatch(
    /^problem: .*stand still \| .*200 or more, or .* 0 or less/,
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 100, max: 200 }),
      (desired, minimumHealthyPercent, maximumPercent) => {
        const bounds = { desired, minimumHealthyPercent, maximumPercent };
        const { upper, lower } = boundsOf(bounds);
        const stands = desired > 0 && upper <= desired && lower >= desired;
        expect(judgeProgress(bounds, true).outcome).toBe(stands ? 'problem' : 'ok');
        expect(judgeProgress(bounds, false).outcome).toBe('ok');
      },
    ),
  );
});
it('judges capacity', () => {
  const size = { cpu: 512, memory: 1024 };
  const bounds = { desired: 2, minimumHealthyPercent: 100, maximumPercent: 200 };
  const left = (n: number) => known({ grows: false, left: [{ cpu: 512 * n, memory: 8192 }] });
  expect(
    roomFor(size, [
      { cpu: 1100, memory: 8000 },
      { cpu: 500, memory: 8000 },
    ]),
  ).toBe(2);
  expect(taskSize({ containerDefinitions: [{ cpu: 10, memoryReservation: 5, memory: 9 }, { memory: 7 }] })).toEqual({
    cpu: 10,
    memory: 12,
  });
  expect([0, 1, 2].map((n) => judgeCapacity(size, bounds, true, left(n)).outcome)).toEqual(['problem', 'warning', 'ok']);
  expect(judgeCapacity(size, { ...bounds, minimumHealthyPercent: 50 }, true, left(0)).outcome).toBe('warning');
  expect(judgeCapacity(size, bounds, true, known({ grows: true, left: [] })).outcome).toBe('ok');
  expect(judgeCapacity(size, bounds, true, null).outcome).toBe('ok');
  expect(judgeCapacity(size, bounds, false, left(1)).outcome).toBe('problem');
});
it('takes the names of checks, and says which was meant', () => {
  expect(checksToMake(['image', 'secrets,size']).has('image')).toBe(false);
  expect(checksToMake(['secrets,size']).size).toBe(13);
  expect(checksToMake(['all']).size).toBe(0);
  expect(() => checksToMake(['imgae'])).toThrow(
    expect.objectContaining({
      code: 'CheckUnknown',
      exitCode: 2,
      nextSteps: expect.arrayContaining(['Did you mean: --skip-checks image']) as string[],
    }),
  );
});
