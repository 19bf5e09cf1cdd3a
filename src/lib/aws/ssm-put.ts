/**
 * PutParameter, once: each call makes a version, so that one whose answer was lost must not be sent again blindly.
 * The SDK would; here it is looked whether the version is there.
 */
import type { ParameterHistory, PutParameterCommandInput, SSMClient } from '@aws-sdk/client-ssm';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Clock } from '../model/clock.js';
import { awsCode, explainAwsError } from './errors.js';
import type { Pacer } from './pacer.js';

export interface PutEnvironment {
  /** Must not try again by itself. */
  readonly client: () => Promise<SSMClient>;
  readonly where: string;
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** It does not wait for other writes. */
  readonly urgent?: boolean | undefined;
}

export const ATTEMPTS = 10;
/** Attempts that hang are fewer: none is begun after so long. */
const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
/** Reads can trail the write: it is looked again, after so long each. */
const LOOKS_MS = [0, 500, 1_000, 2_000];

/** AWS did nothing: too many calls, or another write at the same moment. */
export const BUSY = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'TooManyUpdates',
]);
/** No connection was made: nothing was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

interface Failure {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
}

/**
 * Returns the version that was made. `after`: what is found to be ours has a higher number; without it only the newest
 * version counts, which is as good as ours where it says the same. Throws what AWS threw, or `AnswerLost` where it cannot be told what became of the call.
 */
export async function putOnce(input: PutParameterCommandInput, after: number | undefined, env: PutEnvironment): Promise<number> {
  const { client, clock, pacer, urgent } = env;
  const sdk = await import('./sdk/ssm.js');
  let until = Infinity;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await pacer.run(
        async () => {
          // The wait for its turn, where many write at once, does not count.
          until = Math.min(until, clock.now() + PATIENCE_MS);
          return (await client()).send(new sdk.PutParameterCommand(input));
        },
        urgent ? 'urgent' : 'usual',
      );
      return answer.Version ?? 0;
    } catch (error) {
      const certain = becameOf(error);
      if (certain === 'refused' || error instanceof UserError) throw error;
      if (certain === 'unknown') {
        const made = await find(input, after, env);
        if (made !== null) return made;
      }
      if (attempt === ATTEMPTS || (certain === 'unknown' && clock.now() >= until)) throw error;
      if (awsCode(error) !== 'TooManyUpdates' && BUSY.has(awsCode(error))) pacer.slowDown();
      await clock.sleep(pauseAfter(attempt));
    }
  }
}

/** Before the next attempt, milliseconds. */
export const pauseAfter = (attempt: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);

/** What became of a call that failed. */
export function becameOf(error: unknown): 'nothing' | 'refused' | 'unknown' {
  const { code, $metadata: about } = error as Failure;
  if (BUSY.has(awsCode(error)) || about?.clockSkewCorrected) return 'nothing';
  if (code !== undefined && UNSENT.has(code)) return 'nothing';
  if (awsCode(error) === 'CredentialsProviderError') return 'refused';
  const status = about?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 ? 'refused' : 'unknown';
}

/** The number of the version that this very call made, or null. */
async function find(input: PutParameterCommandInput, after: number | undefined, env: PutEnvironment): Promise<number | null> {
  try {
    for (const pause of LOOKS_MS) {
      if (pause > 0) await env.clock.sleep(pause);
      const versions = await historyOf(input.Name!, env.client);
      const candidates = after === undefined ? versions.slice(-1) : versions.filter((v) => (v.Version ?? 0) > after);
      const mine = candidates.find((v) => v.Value === input.Value && (v.Description ?? '') === (input.Description ?? ''));
      if (mine?.Version) return mine.Version;
    }
    return null;
  } catch (error) {
    const { message } = explainAwsError(error, 'ssm:GetParameterHistory', env.where);
    throw new UserError('AnswerLost', {
      message: `The answer to ssm:PutParameter of ${input.Name} in ${env.where} was lost, and it cannot be seen whether it was written: ${message}`,
      nextSteps: ['Run the same command again when it can be read: what is written is kept.'],
      exitCode: ExitCode.failed,
    });
  }
}

/** All versions that are kept, the oldest first. */
export async function historyOf(Name: string, client: () => Promise<SSMClient>): Promise<ParameterHistory[]> {
  const { GetParameterHistoryCommand } = await import('./sdk/ssm.js');
  const found: ParameterHistory[] = [];
  let NextToken: string | undefined;
  do {
    const input = { Name, MaxResults: 50, WithDecryption: true, NextToken };
    const page = await (await client()).send(new GetParameterHistoryCommand(input)).catch((error: unknown) => {
      if (awsCode(error) === 'ParameterNotFound') return { Parameters: [], NextToken: undefined };
      throw error;
    });
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.sort((a, b) => (a.Version ?? 0) - (b.Version ?? 0));
}
