/** `baf continue`: the answer that a paused rollout waits for. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { environmentServiceName } from '../engine/names.js';
import { UserError, ExitCode } from '../errors/user-error.js';
import { needAccess } from './access-guard.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';

interface ContinueFlags extends AppFlags {
  readonly env: string;
  readonly targets?: readonly string[] | undefined;
  readonly back: boolean;
}

export async function continueRollouts(name: string, flags: ContinueFlags): Promise<{ json: object; text: string }> {
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const [service] = selectServices({ project: read.project }, [name], environment.name);
  const targets = filterWaves(environment, flags.targets ?? []).flatMap((wave) => wave.targets);
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const where = { project: read.project.name, environment: environment.name };
    const action = flags.back ? 'ROLLBACK' : 'CONTINUE';
    const answered = await Promise.all(
      targets.map(async (target) => {
        const { ecs, offer } = app.effects.at(target);
        const { cluster } = await offer(environment.name);
        const [state] = await ecs.describeServices(cluster, [environmentServiceName(where, service!)]);
        const arn = state?.raw['currentServiceDeployment'] as string | undefined;
        const [stages] = arn ? await ecs.serviceDeployments([arn]) : [];
        for (const pause of stages?.waiting ?? []) await ecs.continueDeployment(arn!, pause.id, action);
        return { target: target.name, pauses: stages?.waiting.length ?? 0, stage: stages?.stage ?? null };
      }),
    );
    const found = answered.filter(({ pauses }) => pauses > 0);
    if (found.length === 0)
      throw new UserError('NothingPaused', {
        message: `No rollout of ${name} in ${environment.name} is paused.`,
        nextSteps: [`Where it is: baf status ${name} --env ${environment.name}`],
        exitCode: ExitCode.refused,
      });
    const continued = found.map(({ target, stage }) => ({
      service: name,
      target,
      stage,
      action: flags.back ? 'back' : 'continue',
    }));
    return {
      json: { continued },
      text: continued.map((c) => `${name} in ${c.target} goes ${flags.back ? 'back' : 'on'}.`).join('\n'),
    };
  } finally {
    await app.close();
  }
}
