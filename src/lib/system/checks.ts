/** Checks of what was rolled out: HTTP requests, and commands on this machine. Loaded when the first one runs. */
import type { CheckEffects } from '../engine/effects.js';
import { UserError } from '../errors/user-error.js';
import { keepSecret } from '../redaction/secrets.js';

/** Address that is asked in the sandbox instead of a service's host, where nothing answers otherwise. */
export const SMOKE_BASE = 'BAF_SMOKE_BASE';

/**
 * @param dir folder in which commands run
 * @param sandbox endpoint of the sandbox, or null for AWS
 */
export function createChecks(dir: string, sandbox: string | null): CheckEffects {
  const base = sandbox === null ? null : smokeBase();
  return {
    get: sandbox !== null && base === null ? null : async (check) => (await import('./http-check.js')).httpCheck(check, base),
    urlOf: (host) => (sandbox === null ? `https://${host}` : (base ?? '')),
    run: async (command, options) => {
      const { runCommand } = await import('./run-command.js');
      // A rehearsal is not to reach AWS: what the command starts stays in the sandbox too.
      const around: Record<string, string> = sandbox === null ? {} : { BAF_SANDBOX: '1', AWS_ENDPOINT_URL: sandbox };
      return runCommand(command, { ...options, dir, env: { ...options.env, ...around } });
    },
  };
}

/** Whether HTTP checks are skipped for want of anything that answers. */
export const skipsHttp = (checks: CheckEffects | undefined): boolean => checks?.get === null;

function smokeBase(): string | null {
  const text = process.env[SMOKE_BASE]?.replace(/\/+$/, '') || null;
  if (text === null) return null;
  if (!/^https?:\/\/[^?#]+$/.test(text) || !URL.canParse(text))
    throw new UserError('SmokeBaseInvalid', {
      // What stands before an @ may be a password.
      message: `${SMOKE_BASE} is no address that could be asked: ${JSON.stringify(text.replace(/^.*@/, '***@'))}.`,
      nextSteps: [`Give it like ${SMOKE_BASE}=http://127.0.0.1:8080, or take it away: http checks are skipped then.`],
    });
  keepSecret(new URL(text).password);
  return text;
}
