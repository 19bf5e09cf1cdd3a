/** Checks of what was rolled out: HTTP requests, and commands on this machine. Loaded when the first one runs. */
import type { CheckEffects } from '../engine/effects.js';

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

const smokeBase = (): string | null => process.env[SMOKE_BASE]?.replace(/\/+$/, '') || null;
