/** `baf deploy`: from flags to what is to be shipped. */
import { openApp, readFiles } from '../app.js';
import { parseDuration } from '../config/checks.js';
import type { Effects } from '../engine/effects.js';
import { makePlan } from '../engine/observe.js';
import type { StrategyName } from '../model/service.js';
import { checksToMake } from '../preflight/select.js';
import { parseBudget } from '../rollout/budget.js';
import { makeId } from './carry-out.js';
import { openGuard, warnFrozen } from './guards.js';
import { withHooks } from './hooks.js';
import {
  filterWaves,
  findEnvironment,
  loadTemplates,
  parseTags,
  selectServices,
  strayEnvironments,
  watchedIn,
} from './select.js';
import { ship, type ShipFlags, type Shipped } from './ship.js';

interface DeployFlags extends ShipFlags {
  readonly services: readonly string[];
  readonly tag?: readonly string[] | undefined;
  readonly strategy?: StrategyName | undefined;
  readonly 'max-failures'?: string | undefined;
  readonly parallel?: number | undefined;
  readonly 'on-failure': 'rollback' | 'stop';
  readonly json: boolean;
}

export async function deployServices(flags: DeployFlags): Promise<Shipped> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const chosen = selectServices({ project }, flags.services, flags.env, flags.strategy ?? null);
  const names = chosen.map((s) => s.name);
  for (const stray of strayEnvironments(project, platform, names)) flags.notify?.(stray);
  const services = withHooks(watchedIn(environment, chosen), flags);
  const checks = checksToMake(flags['skip-checks'] ?? []);
  const tags = parseTags(flags.tag ?? [], services);
  const waves = filterWaves(environment, flags.targets ?? []);
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const maxFailures = parseBudget(flags['max-failures'] ?? '0');
  const app = await openApp(flags, read);
  try {
    const templates = await loadTemplates(services, app.templateDirs);
    const id = makeId(app);
    const change = { environment, services: names, kind: 'deploy', deploy: id, lastsMs: timeoutMs } as const;
    const guard = flags.plan ? (await warnFrozen(app, change, flags), null) : await openGuard(app, change, flags);
    const request = {
      ...{ id, project: project.name, environment: environment.name, staging: null },
      ...{ services, waves, tags, templates },
    };
    return await ship({
      ...{ app, environment, kind: 'deploy', flags, guard, services, waves, checks },
      observe: (effects: Effects, read?: () => void) => makePlan(request, effects, read),
      plannedAt: app.effects.clock.now(),
      options: {
        onFailure: flags['on-failure'],
        timeoutMs,
        maxFailures,
        ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
      },
      question: `Deploy ${names.join(', ')} to ${environment.name}?`,
    });
  } finally {
    await app.close();
  }
}
