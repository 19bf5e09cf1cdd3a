/** What the strategies of ECS have in common: the parts of a deployment configuration. */
import type { DeploySettings } from '../../model/service.js';
import type { EcsDeploymentConfiguration } from './strategy.js';

/** Tasks are replaced where they are. */
export const inPlace = (settings: DeploySettings): EcsDeploymentConfiguration => ({
  strategy: 'ROLLING',
  maximumPercent: settings.maximumPercent,
  minimumHealthyPercent: settings.minimumHealthyPercent,
  ...watched(settings),
});

/** Two versions beside each other. */
export const beside = (settings: DeploySettings): Omit<EcsDeploymentConfiguration, 'strategy'> => ({
  maximumPercent: settings.maximumPercent,
  minimumHealthyPercent: settings.minimumHealthyPercent,
  bakeTimeInMinutes: settings.bakeMinutes,
  ...watched(settings),
  ...(settings.pause.at.length > 0
    ? {
        lifecycleHooks: [
          {
            targetType: 'PAUSE',
            lifecycleStages: settings.pause.at.map((stage) => stage.toUpperCase().replaceAll('-', '_')),
            timeoutConfiguration: { timeoutInMinutes: settings.pause.timeoutMinutes, action: 'ROLLBACK' },
          },
        ],
      }
    : {}),
});

/** What is said after how the traffic goes over. */
export const besideInWords = ({ bakeMinutes, pause }: DeploySettings): string =>
  [
    ...(bakeMinutes > 0 ? [`, then both versions for ${bakeMinutes}m`] : []),
    ...(pause.at.length > 0 ? [`; pauses at ${pause.at.join(', ')}`] : []),
  ].join('');

const watched = ({ alarms }: DeploySettings): Pick<EcsDeploymentConfiguration, 'alarms'> =>
  alarms.length > 0 ? { alarms: { alarmNames: alarms, enable: true, rollback: true } } : {};

/** A pause around the shift of production traffic comes again with every step. */
export const pausedMinutes = ({ pause }: DeploySettings, steps: number): number =>
  pause.at.reduce((sum, at) => sum + pause.timeoutMinutes * (/^(pre-)?production/.test(at) ? steps : 1), 0);

interface Live {
  readonly alarms?: { readonly enable?: boolean; readonly alarmNames?: readonly string[] };
  readonly lifecycleHooks?: readonly object[];
  readonly bakeTimeInMinutes?: number;
}

/** An update keeps what it leaves out: what the service still has from before, and is not wanted any more, is taken back. */
export function withoutLeftovers(wanted: Readonly<Record<string, unknown>>, live: unknown): Record<string, unknown> {
  const before = (live ?? {}) as Live;
  return {
    ...(before.alarms?.enable ? { alarms: { alarmNames: [], enable: false, rollback: false } } : {}),
    ...((before.lifecycleHooks?.length ?? 0) > 0 ? { lifecycleHooks: [] } : {}),
    ...((before.bakeTimeInMinutes ?? 0) > 0 ? { bakeTimeInMinutes: 0 } : {}),
    ...wanted,
  };
}
