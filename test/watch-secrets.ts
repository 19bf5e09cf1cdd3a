/** Before the suite: where its runs are written down. After it: no output of them all may have a secret. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaksOf, recorded, RUNS } from './runs.js';

export default function setup(): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'baf-runs-'));
  process.env[RUNS] = dir;
  return () => {
    const runs = recorded(dir);
    rmSync(dir, { recursive: true, force: true });
    const leaks = leaksOf(runs);
    const secrets = new Set(runs.flatMap((run) => run.secrets)).size;
    if (leaks.length > 0) {
      console.error(`\nSECRETS WERE PRINTED, in ${leaks.length} places:\n${leaks.slice(0, 40).join('\n')}\n`);
      process.exitCode = 1;
      throw new Error(`Secrets were printed, in ${leaks.length} places.`);
    }
    if (runs.length > 0) console.log(`no secret of ${secrets} in the output of ${runs.length} commands`);
  };
}
