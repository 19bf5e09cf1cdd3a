/** All old tasks are stopped, then all new ones started: never two versions at once, and a gap between them. */
import { inPlace } from './ecs-configuration.js';
import { NO_STEPS, type Strategy } from './strategy.js';

export const allAtOnce: Strategy = {
  name: 'all-at-once',
  runsOn: 'ecs',
  takes: ['minimumHealthyPercent', 'maximumPercent'],
  shiftsTraffic: false,
  defaults: { minimumHealthyPercent: 0, maximumPercent: 100, steps: NO_STEPS },
  leastStep: 100,
  configuration: inPlace,
  inWords: () => 'all old tasks stop, then all new ones start',
  waitMinutes: () => 0,
};
