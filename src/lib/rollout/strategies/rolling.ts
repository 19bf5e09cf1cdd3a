/** Tasks are replaced a few at a time, within the bounds of healthy and running ones. */
import { inPlace } from './ecs-configuration.js';
import { NO_STEPS, type Strategy } from './strategy.js';

export const rolling: Strategy = {
  name: 'rolling',
  runsOn: 'ecs',
  takes: ['minimumHealthyPercent', 'maximumPercent'],
  shiftsTraffic: false,
  defaults: { minimumHealthyPercent: 100, maximumPercent: 200, steps: NO_STEPS },
  leastStep: 100,
  configuration: inPlace,
  inWords: ({ minimumHealthyPercent: least, maximumPercent: most }) =>
    least === 100 && most === 200 ? '' : `${least} % of the tasks healthy, ${most} % at most`,
  waitMinutes: () => 0,
};
