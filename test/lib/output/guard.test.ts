/** What is written is harmless, but where the result is the secret; GitHub is told first. */
import { afterEach, expect, it } from 'vitest';
import { guardStreams, showSecrets, type Stream } from '../../../src/lib/output/guard.js';
import { keepCredentials, keepSecret, onSecret } from '../../../src/lib/redaction/secrets.js';

afterEach(() => onSecret(null));

const recorder = () => {
  const texts: string[] = [];
  const stream = { write: (chunk: string | Uint8Array) => (texts.push(Buffer.from(chunk).toString('utf8')), true) };
  return { texts, stream: stream as unknown as Stream };
};

it('hides texts and bytes, and leaves other bytes alone', () => {
  const [out, err] = [recorder(), recorder()];
  guardStreams({ stdout: out.stream, stderr: err.stream }, { SHOP_TOKEN: 'a-token-of-the-shop' });
  keepSecret('told-while-it-runs');
  out.stream.write('a-token-of-the-shop and told-while-it-runs\n');
  err.stream.write(Buffer.from('é told-while-it-runs'));
  err.stream.write(Uint8Array.from([0x41, 0x42]));
  expect(out.texts).toEqual(['*** and ***\n']);
  expect(err.texts).toEqual(['é ***', 'AB']);
});

it('shows secrets where they are the result, on that stream only', () => {
  const [out, err] = [recorder(), recorder()];
  guardStreams({ stdout: out.stream, stderr: err.stream }, {});
  keepCredentials({ accessKeyId: '333333333333', secretAccessKey: 'key-for-another-tool', sessionToken: undefined });
  showSecrets(out.stream);
  out.stream.write('333333333333 key-for-another-tool');
  err.stream.write('333333333333 key-for-another-tool');
  expect([out.texts, err.texts]).toEqual([['333333333333 key-for-another-tool'], ['333333333333 ***']]);
});

it('tells the runner of GitHub each secret once, before anybody prints it, on stderr', () => {
  const [out, err] = [recorder(), recorder()];
  guardStreams({ stdout: out.stream, stderr: err.stream }, { GITHUB_ACTIONS: 'true', CI_JOB_TOKEN: 'of-the-job-100%' });
  keepSecret('line one of it\nline two of it');
  keepSecret('line one of it\nline two of it');
  err.stream.write('line two of it\n');
  expect(err.texts).toEqual(['::add-mask::of-the-job-100%25\n', '::add-mask::line one of it%0Aline two of it\n', '***\n']);
  expect(out.texts).toEqual([]);
});
