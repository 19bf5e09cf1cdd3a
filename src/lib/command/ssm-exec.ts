/** `baf ssm exec`: a command with a service's settings and secrets in its environment, as a task of the service has them. */
import type { AppFlags } from '../app.js';
import { fixFor, readServiceValues } from '../engine/service-values.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { runProgram } from './run-program.js';
import { atPlace } from './settings-place.js';

/** What a program is found by; all else of this environment is left out. */
const pathOnly = (): NodeJS.ProcessEnv => (process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] });

/** Returns the command's exit code. Without `target` the first of the environment has the values. */
export const execService = (
  service: string,
  words: readonly string[],
  flags: AppFlags & {
    readonly env: string;
    readonly target?: string | undefined;
    readonly 'only-secrets': boolean;
    readonly pristine?: boolean;
  },
): Promise<number> => {
  if (words.length === 0)
    throw new UserError('Usage', {
      message: 'There is no command after --.',
      nextSteps: [`e.g. baf ssm exec ${service} --env ${flags.env} -- npm start`],
    });
  const targets = flags.target === undefined ? undefined : [flags.target];
  return atPlace({ services: [service], env: [flags.env], targets }, flags, async ({ app, cells, servicesIn }) => {
    const [spec] = servicesIn(flags.env);
    const { target } = cells[0]!;
    const { values, missing } = await readServiceValues(spec!, target, { onlySecrets: flags['only-secrets'] }, app.effects);
    if (missing.length > 0)
      throw new UserError('ValuesMissing', {
        message: `${service} reads what is not there in ${target.name}: ${missing.map((m) => `${m.variable} (${m.id})`).join(', ')}.`,
        nextSteps: missing.map((m) => {
          const store = m.id.startsWith('arn:aws:secretsmanager:') ? 'secretsmanager' : 'ssm';
          return fixFor({ id: m.id, store }, { environment: flags.env }) ?? `Make ${m.id}, or name another one in baf.yaml.`;
        }),
        exitCode: ExitCode.failed,
        details: { missing },
      });
    if (Object.keys(values).length === 0)
      flags.notify?.(
        `${service} reads ${flags['only-secrets'] ? 'no secrets' : 'no settings and no secrets'} in ${flags.env} (${app.project.file}).`,
      );
    return runProgram(words, { ...(flags.pristine ? pathOnly() : process.env), ...values });
  });
};
