/** `baf status`: the services of an environment as ECS runs them. */
import { openApp, readFiles, targetsOf, type AppFlags } from '../app.js';
import { observeStatus } from '../engine/status.js';
import { ExitCode } from '../errors/user-error.js';
import { renderStatus } from '../output/status-view.js';
import { shouldColor } from '../output/style.js';
import { findEnvironment, loadTemplates, selectServices } from './select.js';

export async function showStatus(
  names: readonly string[],
  flags: AppFlags & { readonly env: string; readonly 'no-color': boolean },
): Promise<{ json: object; text: string; exitCode: number; warnings: string[] }> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const services = selectServices({ project }, names, environment.name);
  const app = await openApp(flags, read);
  try {
    const templates = await loadTemplates(services, app.templateDirs);
    const { rows, denied } = await observeStatus(
      {
        project: project.name,
        environment: environment.name,
        services,
        targets: targetsOf(platform, environment.name),
        templates,
      },
      app.effects,
    );
    const options = {
      color: shouldColor(process.stdout, process.env, !flags['no-color']),
      columns: process.stdout.columns ?? 1000,
      now: app.effects.clock.now(),
    };
    const everywhere = denied.length > 0 && denied.length === targetsOf(platform, environment.name).length;
    return {
      json: { status: rows },
      text: renderStatus(rows, options),
      warnings: denied.map((target) => `${target}: access denied`),
      exitCode: everywhere ? ExitCode.denied : denied.length > 0 ? ExitCode.partial : ExitCode.done,
    };
  } finally {
    await app.close();
  }
}
