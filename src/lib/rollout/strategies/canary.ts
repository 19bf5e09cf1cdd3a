/** The new version comes up whole beside the old one; a small share of the traffic goes over first, the rest after a wait. */
import { beside, besideInWords, pausedMinutes } from './ecs-configuration.js';
import type { Strategy } from './strategy.js';

export const canary: Strategy = {
  name: 'canary',
  runsOn: 'ecs',
  takes: ['bake', 'steps', 'pause'],
  shiftsTraffic: true,
  defaults: { minimumHealthyPercent: 100, maximumPercent: 200, steps: { percent: 5, waitMinutes: 10 } },
  leastStep: 0.1,
  configuration: (settings) => ({
    strategy: 'CANARY',
    ...beside(settings),
    canaryConfiguration: { canaryPercent: settings.steps.percent, canaryBakeTimeInMinutes: settings.steps.waitMinutes },
  }),
  inWords: (settings) =>
    `${settings.steps.percent} % of the traffic, the rest after ${settings.steps.waitMinutes}m${besideInWords(settings)}`,
  waitMinutes: (settings) => settings.steps.waitMinutes + settings.bakeMinutes + pausedMinutes(settings, 2),
};
