/** What is known of logins without loading what makes them. */

/** The folder of the sandbox's own cache, in the sandbox's folder. */
export const SANDBOX_CACHE = ['sso', 'cache'] as const;

/** Whether somebody sits there who can be asked while another command runs. */
export const someoneIsThere = (flags: { readonly 'no-input'?: boolean }, env: NodeJS.ProcessEnv): boolean =>
  !flags['no-input'] && !env['CI'] && process.stdin.isTTY === true && process.stderr.isTTY === true;
