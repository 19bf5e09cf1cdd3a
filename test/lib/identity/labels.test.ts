import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ciRunOf, labelsOf } from '../../../src/lib/identity/labels.js';
import { shortHash } from '../../../src/lib/system/credential-cache.js';

const LEGAL = /^[\w+=,.@-]{2,64}$/;
const RUN = { system: 'gh', id: '9876543210.2', repository: 'acme/shop', ref: 'main' };
const labels = (actor: string, run: typeof RUN | null = null) => labelsOf(actor, run, 'shop', shortHash);

describe('the name of a session', () => {
  it.each([
    ['ana', null, 'baf-ana'],
    ['dependabot[bot]', RUN, 'baf-dependabot-bot-gh-9876543210.2'],
    ['Žiga Kovač', null, 'baf-Ziga-Kovac'],
    ['ana@acme.example', null, 'baf-ana@acme.example'],
    ['', null, 'baf-user'],
  ])('of %s', (actor, run, name) => {
    expect(labels(actor, run).name).toBe(name);
  });

  it('is shortened with a hash, and keeps who and the run', () => {
    const long = 'a-service-account-with-a-very-long-name-indeed@automation.acme.example';
    const { name } = labels(long, RUN);
    expect(name).toMatch(/^baf-a-service-account-with-a-v.*-[0-9a-f]{8}-.*-gh-9876543210\.2$/);
    expect(name).toHaveLength(64);
    expect(labels(`${long}x`, RUN).name).not.toBe(name);
  });

  it('is legal for whatever an actor is called, and so is the source identity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (actor, inCi) => {
        const { name, sourceIdentity, identityTags, optionalTags } = labels(actor, inCi ? RUN : null);
        expect(name).toMatch(LEGAL);
        expect(sourceIdentity).toMatch(LEGAL);
        for (const { Key, Value } of [...identityTags, ...optionalTags]) {
          expect(Key).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
          expect(Value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
        }
      }),
    );
  });

  it('tells people of other scripts apart', () => {
    expect(labels('王伟').name).not.toBe(labels('李娜').name);
    expect(labels('dependabot[bot]').sourceIdentity).toBe('dependabot-bot-');
  });
});

describe('a run', () => {
  it('of GitHub, GitLab and Jenkins is known by its number', () => {
    expect(ciRunOf({ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '3', GITHUB_REPOSITORY: 'a/b' })).toEqual({
      system: 'gh',
      id: '1.3',
      repository: 'a/b',
      ref: null,
    });
    expect(ciRunOf({ GITLAB_CI: 'true', CI_PIPELINE_ID: '7', CI_JOB_ID: '8' })).toMatchObject({ system: 'gl', id: '7.8' });
    expect(ciRunOf({ JENKINS_URL: 'u', BUILD_NUMBER: '42', JOB_NAME: 'shop' })).toMatchObject({ system: 'jenkins', id: '42' });
    expect(ciRunOf({})).toBeNull();
  });
});
