/** The last thing between baf and what others see: everything written to stdout and stderr passes here, without its secrets. */
import { hideSecrets, keepSecret, onSecret } from '../redaction/secrets.js';
import { secretsOf } from '../redaction/environment.js';

type Write = NodeJS.WriteStream['write'];
export type Stream = Pick<NodeJS.WriteStream, 'write'>;

const shown = new WeakSet<Stream>();

/**
 * Guards the streams for the rest of the process.
 * In GitHub Actions the runner is told each secret as it comes (`::add-mask::`), so that what other programs print is masked
 * as well. It reads commands from stderr as from stdout (ScriptHandler of actions/runner), and stdout is the result's.
 */
export function guardStreams(
  streams: { readonly stdout: Stream; readonly stderr: Stream },
  env: Readonly<Record<string, string | undefined>>,
): void {
  const tell = streams.stderr.write.bind(streams.stderr);
  for (const stream of [streams.stdout, streams.stderr]) guard(stream);
  if (env['GITHUB_ACTIONS'] === 'true') onSecret((secret) => void tell(`::add-mask::${escaped(secret)}\n`));
  for (const secret of secretsOf(env)) keepSecret(secret);
}

/** The result of the command is a secret by intent (`baf credentials`): from now on the stream shows it. */
export const showSecrets = (stream: Stream): void => void shown.add(stream);

function guard(stream: Stream): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(shown.has(stream) ? chunk : harmless(chunk), ...rest)) as Write;
}

function harmless(chunk: string | Uint8Array): string | Uint8Array {
  if (typeof chunk === 'string') return hideSecrets(chunk);
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
  const hidden = hideSecrets(text);
  return hidden === text ? chunk : Buffer.from(hidden, 'utf8');
}

/** The runner undoes this, and masks each line of a value, too. */
const escaped = (secret: string): string => secret.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
