/** Every message of the corpus has its cause: the file is read where it is, the codes are in a golden file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { causeOfMessage } from '../../../../src/lib/rollout/causes/find.js';
import { families, recognize } from '../../../../src/lib/rollout/causes/tables.js';
import { corpus } from '../../../corpus.js';
import { expectGolden } from '../../golden.js';

const file = corpus('events/messages.tsv');
const rows = file
  ? readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t') as [string, string, string, string, string])
  : [];
const speaker = (kind: string) => (kind === 'ssm-status' ? 'run-command' : 'ecs');

describe.skipIf(!file)('the messages of the corpus', () => {
  it('are all there, and each has a cause', () => {
    expect(rows).toHaveLength(149);
    expect(rows.map(([message, , , , kind]) => [message, causeOfMessage(message, speaker(kind)).code])).not.toContainEqual([
      expect.anything(),
      'Unknown',
    ]);
  });

  it('have these causes', () => {
    const text = rows
      .map(([message, , , , kind]) => {
        const { code, meaning } = recognize(message, speaker(kind))!;
        return `${code}\t${meaning}\t${message.trim()}`;
      })
      .join('\n');
    expectGolden(resolve(import.meta.dirname, 'messages.golden.tsv'), `${text}\n`);
  });

  it('are shown whole, with advice in words of our own', () => {
    for (const [message, , , advice, kind] of rows) {
      const cause = causeOfMessage(message, speaker(kind));
      expect(cause.message).toBe(message);
      expect(cause.advice === '' || cause.advice !== advice, cause.advice).toBe(true);
    }
  });
});

describe('the tables', () => {
  const all = Object.values(families).flat();
  it('have advice for everything that is not progress', () => {
    const silent = all.flatMap((f) => f.patterns).filter((p) => p.meaning !== 'progress' && !/[A-Z].*[.)]$/s.test(p.advice));
    expect(silent.map((p) => p.code)).toEqual([]);
  });
  it('have each code once', () => {
    const codes = all.flatMap((f) => f.patterns.map((p) => p.code));
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  });
});

describe('a message', () => {
  it.each(['', 'Something that ECS never said before: x=1', '   '])(
    'that nobody knows is whole and without advice (%s)',
    (text) => expect(causeOfMessage(text)).toEqual({ code: 'Unknown', message: text, advice: '' }),
  );
  it.each([
    [
      'ImageNotFound',
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x:1: x:1: not found',
    ],
    [
      'RegistryUnreachable',
      'CannotPullContainerError: ref pull has been retried 1 time(s): failed to do request: Head "https://x/v2": dial tcp 10.0.0.1:443: i/o timeout',
    ],
    [
      'SecretKeyMissing',
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key password',
    ],
    [
      'SecretMissing',
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /app/key',
    ],
    ['RegistryDenied', 'CannotPullContainerError: API error (403): denied: User is not authorized'],
  ])('%s', (code, text) => expect(causeOfMessage(text).code).toBe(code));
});
