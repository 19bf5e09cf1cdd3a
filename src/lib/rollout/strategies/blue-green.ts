/** The new version comes up whole beside the old one, then all traffic goes over at once. */
import { beside, besideInWords, pausedMinutes } from './ecs-configuration.js';
import { NO_STEPS, type Strategy } from './strategy.js';

export const blueGreen: Strategy = {
  name: 'blue-green',
  runsOn: 'ecs',
  takes: ['bake', 'pause'],
  shiftsTraffic: true,
  defaults: { minimumHealthyPercent: 100, maximumPercent: 200, steps: NO_STEPS },
  leastStep: 100,
  configuration: (settings) => ({ strategy: 'BLUE_GREEN', ...beside(settings) }),
  inWords: (settings) => `all of the traffic at once${besideInWords(settings)}`,
  waitMinutes: (settings) => settings.bakeMinutes + pausedMinutes(settings, 1),
};
