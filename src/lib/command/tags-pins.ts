/** `baf ssm tags pins`: what is pinned in the environments. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { readPins } from '../engine/pins.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import { renderPins } from '../output/pins-view.js';
import { shouldColor } from '../output/style.js';
import { selectFleet } from './select.js';
import type { Done } from './tags.js';

export async function listPins(
  names: readonly string[],
  flags: AppFlags & { readonly env?: string[] | undefined; readonly 'no-color': boolean },
): Promise<Done> {
  const read = await readFiles(flags);
  const { environments, services } = selectFleet(read, names, flags.env);
  const app = await openApp(flags, read);
  try {
    const found = await Promise.all(
      environments.map(async (e) => {
        try {
          return [...(await readPins({ environment: e.name, home: homeOf(e) }, services, app.effects)).values()];
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return error;
        }
      }),
    );
    const pins = found.flatMap((f) => (f instanceof UserError ? [] : f));
    const closed = found.filter((f) => f instanceof UserError);
    if (closed.length === found.length) throw closed[0]!;
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    return {
      json: { pins },
      text: renderPins(pins, { color, columns: process.stdout.columns ?? 1000 }),
      warnings: closed.map((error) => error.message),
      exitCode: closed.length > 0 ? ExitCode.partial : ExitCode.done,
    };
  } finally {
    await app.close();
  }
}
