/** Each judgement over facts, by value: what is fine, what is not, and the fix that is named. */
import { describe, expect, it } from 'vitest';
import { judgeFile, namesSchema, troubleOf, type FileFacts } from '../../../src/lib/doctor/files.js';
import { ok, problem, skipped, warning, type Finding } from '../../../src/lib/doctor/finding.js';
import {
  judgeAwsFiles,
  judgeClock,
  judgeKeys,
  judgeLogin,
  type AwsFile,
  type KeysFacts,
} from '../../../src/lib/doctor/identity.js';
import { judgeEndpoints, judgeEngine, judgeGit, judgeNode, judgeProxy } from '../../../src/lib/doctor/machine.js';
import { exitCodeOf, inOrder, summarize } from '../../../src/lib/doctor/summary.js';
import { judgeOffer, judgeRole } from '../../../src/lib/doctor/targets.js';

const said = ({ outcome, message, fix }: Finding): string => `${outcome}: ${message}${fix === null ? '' : ` -> ${fix}`}`;

describe('Node', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['v20.20.1', 'ok'],
    ['v24.0.0', 'ok'],
    ['v20.18.3', 'problem'],
    ['v18.20.0', 'problem'],
    ['v9.99.0', 'problem'],
  ])('%s is %s', (version, outcome) => expect(judgeNode(version, '>=20.19').outcome).toBe(outcome));
  it('names what is needed, and does not guess at ranges it does not read', () => {
    expect(said(judgeNode('v18.1.0', '>=20.19'))).toBe(
      'problem: v18.1.0 is too old: 20.19 or newer is needed -> Install Node 20.19 or newer (nvm install 22).',
    );
    expect(judgeNode('v18.1.0', '^20 || >=22').outcome).toBe('skipped');
  });
});

describe('programs', () => {
  it('git is needed where branches name stagings', () => {
    expect(judgeGit({ needed: false, version: null, branch: null }).outcome).toBe('skipped');
    expect(said(judgeGit({ needed: true, version: null, branch: null }))).toMatch(/^warning: .* -> Install git/);
    expect(said(judgeGit({ needed: true, version: '2.43', branch: 'main' }))).toBe('ok: 2.43, branch main');
    expect(said(judgeGit({ needed: true, version: '2.43', branch: null }))).toMatch(/^ok: .*baf staging up NAME/);
  });
  it('terraform is needed where it is the engine', () => {
    expect(judgeEngine('cloudformation', ['terraform'], null).outcome).toBe('ok');
    expect(judgeEngine(null, ['terraform'], null).outcome).toBe('skipped');
    expect(judgeEngine('terraform', ['terraform', 'tofu'], 'OpenTofu v1.9').outcome).toBe('ok');
    expect(said(judgeEngine('terraform', ['terraform', 'tofu'], null))).toMatch(
      /^problem: .*terraform, tofu.* -> Install terraform/,
    );
  });
});

describe('the environment', () => {
  it('endpoints that lead elsewhere are named', () => {
    const env = { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_ENDPOINT_URL_STS: 'http://x', AWS_ENDPOINT_URL_S3: '' };
    expect(said(judgeEndpoints(env, false))).toBe(
      'warning: calls go elsewhere than to AWS: AWS_ENDPOINT_URL (http://localhost:1), AWS_ENDPOINT_URL_STS (http://x) -> unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS',
    );
    expect(judgeEndpoints(env, true).outcome).toBe('ok');
    expect(judgeEndpoints({}, false).outcome).toBe('ok');
  });
  it('a proxy is named without its password, but where it is not for AWS', () => {
    const found = judgeProxy({ HTTPS_PROXY: 'http://ana:secret@proxy:1' }, false);
    expect(found.outcome).toBe('warning');
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(judgeProxy({ https_proxy: 'http://p', no_proxy: 'a.b, .amazonaws.com' }, false).outcome).toBe('ok');
    expect(judgeProxy({ HTTPS_PROXY: 'http://p' }, true).outcome).toBe('ok');
    expect(judgeProxy({}, false).outcome).toBe('ok');
  });
});

describe('the files', () => {
  const facts: FileFacts = {
    file: 'baf.yaml',
    absent: 'none here',
    trouble: null,
    contents: 'shop',
    schema: { named: true, path: '/s.json' },
  };
  it('are there, valid and known to editors', () => {
    expect(said(judgeFile('project', facts))).toBe('ok: baf.yaml: shop');
    expect(said(judgeFile('project', { ...facts, file: null }))).toBe('skipped: none here');
    expect(said(judgeFile('platform', { ...facts, schema: null }))).toBe('ok: baf.yaml: shop');
    expect(said(judgeFile('project', { ...facts, schema: { named: false, path: '/s.json' } }))).toMatch(
      /^warning: .* -> First line: # yaml-language-server: \$schema=\/s\.json$/,
    );
  });
  it('tell every line with a problem, not only the first ten', () => {
    const findings = Array.from({ length: 12 }, (_, i) => `baf.yaml:${i + 1}:1: wrong`);
    const trouble = troubleOf({ message: 'shortened', nextSteps: ['Correct baf.yaml.'], details: { findings } });
    const found = judgeFile('project', { ...facts, trouble });
    expect(found.message.split('\n')).toEqual(findings);
    expect(found.fix).toBe('Correct baf.yaml.');
    expect(troubleOf({ message: 'one line', nextSteps: [] }).lines).toEqual(['one line']);
  });
  it.each([
    ['# yaml-language-server: $schema=x.json\nproject: a', true],
    ['# a comment\n# $schema: x.json\n', true],
    ['project: a\n', false],
    ['# yaml-language-server: $schema=\n', false],
    ['\n\n\n\n\n\n# yaml-language-server: $schema=x.json', false],
  ])('%j names a schema: %s', (text, named) => expect(namesSchema(text)).toBe(named));
});

describe('the clock', () => {
  it.each([
    [0, 'ok'],
    [60_000, 'ok'],
    [-60_000, 'ok'],
    [61_000, 'warning'],
    [-300_000, 'warning'],
    [300_001, 'problem'],
    [-1_200_000, 'problem'],
  ])('%i ms is %s', (aheadMs, outcome) => expect(judgeClock({ aheadMs }, 'linux').outcome).toBe(outcome));
  it('says how far and in which direction', () => {
    expect(said(judgeClock({ aheadMs: 90_000 }, 'darwin'))).toBe(
      "warning: this computer's clock is 90 seconds ahead of AWS's -> sudo sntp -sS time.apple.com",
    );
    expect(said(judgeClock({ aheadMs: -1_200_000 }, 'linux'))).toBe(
      "problem: this computer's clock is 20 minutes behind AWS's; AWS takes up to 5 -> sudo timedatectl set-ntp true",
    );
    expect(judgeClock({ aheadMs: 1e9 }, 'aix').fix).toBe("Set the computer's clock.");
    expect(said(judgeClock({ unknown: 'STS cannot be reached', fix: 'Check the network.' }, 'linux'))).toBe(
      'problem: STS cannot be reached -> Check the network.',
    );
  });
});

describe('the AWS files', () => {
  const file: AwsFile = { path: '/h/credentials', state: 'there', broken: null, mode: 0o100600, hasKeys: true };
  const facts = { files: [file], active: null, profiles: [], count: 2 };
  it('are fine, absent, or not used', () => {
    expect(judgeAwsFiles(facts).map(said)).toEqual(['ok: 2 profiles']);
    expect(judgeAwsFiles({ ...facts, active: 'default', count: 1 }).map(said)).toEqual(['ok: 1 profile, default is used']);
    expect(judgeAwsFiles({ ...facts, files: [{ ...file, state: 'absent' }] }).map(said)).toEqual(['ok: none']);
    expect(judgeAwsFiles({ unused: 'why' }).map(said)).toEqual(['skipped: why']);
  });
  it.each([
    [{ mode: 0o100644 }, ['warning: /h/credentials has keys, and others may read it (mode 644) -> chmod 600 /h/credentials']],
    [{ mode: 0o100640, hasKeys: false }, ['ok: 2 profiles']],
    [{ mode: null }, ['ok: 2 profiles']],
    [{ state: 'unreadable' as const }, ['problem: /h/credentials cannot be read -> chmod u+r /h/credentials']],
    [{ broken: '/h/credentials:3: what' }, ['problem: /h/credentials:3: what -> Correct that line.']],
  ])('%j', (more, expected) => expect(judgeAwsFiles({ ...facts, files: [{ ...file, ...more }] }).map(said)).toEqual(expected));
  it('a broken profile is a problem where it is in use, and a warning otherwise', () => {
    const profiles = [
      { name: 'a', wrong: '/h/config:3: x' },
      { name: 'b', wrong: '/h/config:9: y' },
    ];
    expect(judgeAwsFiles({ ...facts, active: 'b', profiles }).map((f) => f.outcome)).toEqual(['warning', 'problem']);
  });
});

describe('keys in the environment', () => {
  const none: KeysFacts = { keyId: false, secret: false, profile: null, over: null, expiresAt: null };
  const both = { ...none, keyId: true, secret: true };
  it.each([
    [none, 'ok', 'none in the environment'],
    [both, 'ok', 'in the environment'],
    [{ ...both, over: 'the login at acme' }, 'warning', 'win over the login at acme'],
    [{ ...both, profile: 'x' }, 'warning', 'AWS_PROFILE=x'],
    [{ ...both, expiresAt: 999 }, 'problem', 'ended at 1970-01-01T00:00:00.999Z'],
    [{ ...both, expiresAt: 1001 }, 'ok', 'in the environment'],
    [{ ...none, keyId: true }, 'warning', 'AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY'],
    [{ ...none, secret: true }, 'warning', 'AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID'],
  ])('%j: %s', (facts, outcome, message) => {
    const found = judgeKeys(facts, 1000, false);
    expect(found.outcome).toBe(outcome);
    expect(found.message).toContain(message);
    expect(judgeKeys(facts, 1000, true).outcome).toBe('skipped');
  });
});

describe('the login', () => {
  const facts = { session: 'acme', state: 'good', because: '', until: 0, refreshable: false } as const;
  it.each([
    [facts, 'ok: acme: signed in until 1970-01-01T00:00:00.000Z, then baf login'],
    [{ ...facts, refreshable: true }, 'ok: acme: signed in until 1970-01-01T00:00:00.000Z, renewed by itself'],
    [{ ...facts, state: 'refresh' as const, refreshable: true }, 'ok: acme: signed in, renewed when it is next used'],
    [{ ...facts, state: 'none' as const, because: 'the login has ended' }, 'problem: acme: the login has ended -> baf login'],
    [{ skip: 'keys are used' }, 'skipped: keys are used'],
  ])('%j', (given, expected) => expect(said(judgeLogin(given))).toBe(expected));
});

describe('targets', () => {
  const trouble = { message: 'refused', nextSteps: ['Ask.'] };
  it('have a role and an offer, or say why not', () => {
    expect(judgeRole('a/r', null)).toMatchObject({ outcome: 'ok', target: 'a/r' });
    expect(said(judgeRole('a/r', trouble))).toBe('problem: refused -> Ask.');
    expect(said(judgeRole('a/r', { ...trouble, nextSteps: [] }))).toMatch(/ -> Check the trust policy/);
    expect(judgeOffer('a/r', false, null).outcome).toBe('skipped');
    expect(judgeOffer('a/r', true, null).outcome).toBe('ok');
    expect(judgeOffer('a/r', true, { ...trouble, code: 'AccessDenied' }).fix).toMatch(/ssm:GetParameters/);
    expect(said(judgeOffer('a/r', true, { message: "a/r lacks the platform's parameters /x.", nextSteps: ['Publish.'] }))).toBe(
      "problem: lacks the platform's parameters /x. -> Publish.",
    );
  });
});

describe('the exit code', () => {
  const role = (name: string, good: boolean) => (good ? ok('role', 'm', name) : problem('role', 'm', 'f', name));
  const offer = (name: string, good: boolean) => (good ? ok('offer', 'm', name) : problem('offer', 'm', 'f', name));
  it.each([
    ['nothing wrong', [ok('node', 'm'), role('a', true)], 0],
    ['warnings only', [warning('proxy', 'm', 'f'), skipped('git', 'm')], 0],
    ['a file that is wrong', [problem('project', 'm', 'f'), problem('login', 'm', 'f'), role('a', false)], 2],
    ['the machine', [problem('node', 'm', 'f')], 2],
    ['no login', [problem('login', 'm', 'f'), role('a', false), role('b', true)], 3],
    ['denied everywhere', [role('a', false), role('b', false), skipped('offer', 'm', 'a'), skipped('offer', 'm', 'b')], 3],
    ['denied in one of two', [role('a', false), role('b', true), skipped('offer', 'm', 'a'), offer('b', true)], 5],
    ['an offer that is nowhere', [role('a', true), role('b', true), offer('a', false), offer('b', false)], 2],
    ['an offer that one lacks', [role('a', true), role('b', true), offer('a', true), offer('b', false)], 5],
  ])('%s', (_name, findings, code) => expect(exitCodeOf(findings)).toBe(code));
  it('goes with numbers and an order', () => {
    const findings = [role('a', false), ok('node', 'm'), warning('keys', 'm', 'f'), skipped('git', 'm')];
    expect(summarize(findings)).toEqual({ ok: 1, warning: 1, problem: 1, skipped: 1 });
    expect(inOrder(findings).map((f) => f.id)).toEqual(['node', 'git', 'keys', 'role']);
  });
});
