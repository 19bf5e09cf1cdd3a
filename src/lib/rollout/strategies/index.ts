/** The strategies there are: a new one is a file beside this one and a line here. */
import type { StrategyName } from '../../model/service.js';
import { allAtOnce } from './all-at-once.js';
import { blueGreen } from './blue-green.js';
import { canary } from './canary.js';
import { linear } from './linear.js';
import { rolling } from './rolling.js';
import type { Strategy } from './strategy.js';

export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  rolling,
  'blue-green': blueGreen,
  canary,
  linear,
  'all-at-once': allAtOnce,
};

export const strategyNames = Object.keys(strategies) as readonly StrategyName[];
