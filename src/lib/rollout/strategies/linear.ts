/** The new version comes up whole beside the old one; the traffic goes over in equal steps, with a wait after each. */
import { beside, besideInWords, pausedMinutes } from './ecs-configuration.js';
import type { Strategy } from './strategy.js';

export const linear: Strategy = {
  name: 'linear',
  runsOn: 'ecs',
  takes: ['bake', 'steps', 'pause'],
  shiftsTraffic: true,
  defaults: { minimumHealthyPercent: 100, maximumPercent: 200, steps: { percent: 10, waitMinutes: 6 } },
  leastStep: 3,
  configuration: (settings) => ({
    strategy: 'LINEAR',
    ...beside(settings),
    linearConfiguration: { stepPercent: settings.steps.percent, stepBakeTimeInMinutes: settings.steps.waitMinutes },
  }),
  inWords: (settings) =>
    `${settings.steps.percent} % of the traffic every ${settings.steps.waitMinutes}m${besideInWords(settings)}`,
  waitMinutes: (settings) => {
    const steps = Math.ceil(100 / settings.steps.percent);
    return steps * settings.steps.waitMinutes + settings.bakeMinutes + pausedMinutes(settings, steps);
  },
};
