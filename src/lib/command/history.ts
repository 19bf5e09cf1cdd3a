/** `baf history`: past deploys of an environment, and those of now. */
import { openApp, readFilesOrPlatform, type AppFlags } from '../app.js';
import { listRecords } from '../engine/records.js';
import { UserError } from '../errors/user-error.js';
import { renderHistory } from '../output/history-view.js';
import { shouldColor } from '../output/style.js';
import { chooseRecords, rowOf } from '../records/history.js';
import { recordPlace } from './carry-out.js';
import { findEnvironment, selectServices } from './select.js';
import { goneHere } from './gone.js';

export async function showHistory(
  names: readonly string[],
  flags: AppFlags & { readonly env: string; readonly limit: number; readonly 'no-color': boolean },
): Promise<{ json: object; text: string }> {
  if (flags.limit < 1)
    throw new UserError('LimitInvalid', { message: `--limit ${flags.limit} is less than one.`, nextSteps: ['e.g. --limit 20'] });
  const read = await readFilesOrPlatform(flags);
  const environment = findEnvironment(read.platform, flags.env);
  // Outside of a project nobody knows which services there are.
  const services =
    names.length > 0 && !read.standIn ? selectServices(read, names, environment.name).map((s) => s.name) : [...names];
  const app = await openApp(flags, read);
  try {
    const records = await listRecords(recordPlace(environment), app.effects);
    const now = app.effects.clock.now();
    const deploys = chooseRecords(records, services, flags.limit).map((r) => rowOf(r, now, goneHere(r, now), records));
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    return {
      json: { deploys },
      text: renderHistory(deploys, { color, columns: process.stdout.columns ?? 1000, now }),
    };
  } finally {
    await app.close();
  }
}
