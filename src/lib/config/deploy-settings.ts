/** The `deploy:` part of a service: what is wrong with it, and what it comes to in one environment. */
import type { DeploySettings, StrategyName } from '../model/service.js';
import { strategies } from '../rollout/strategies/index.js';
import type { OwnSetting } from '../rollout/strategies/strategy.js';
import { durationMs } from './checks.js';
import type { DeployInput } from './definition-project.js';
import type { Problem } from './problem.js';

const OWN: readonly OwnSetting[] = ['minimumHealthyPercent', 'maximumPercent', 'bake', 'steps', 'pause'];
/** Templates of baf's own whose services have no load balancer. */
export const UNBALANCED: readonly string[] = ['backend-service', 'worker'];
const MOST_MINUTES = 1440;

/** Strategy of a service in an environment, given the service's own part and what the environment says differently. */
const chosen = (own: DeployInput | undefined, over: DeployInput | undefined): StrategyName =>
  over?.strategy ?? own?.strategy ?? 'rolling';

/**
 * What is wrong with the settings of one part (the service itself, or an environment of it), at the setting.
 * @param service the service's own part, which the environment's goes over; undefined where `part` is that.
 */
export function deployProblems(
  path: readonly (string | number)[],
  part: DeployInput,
  service: DeployInput | undefined,
  template: string,
): Problem[] {
  const strategy = strategies[chosen(service, part)];
  const found: Problem[] = [];
  const at = (...more: (string | number)[]) => [...path, ...more];
  if (part.strategy !== undefined && strategy.shiftsTraffic && UNBALANCED.includes(template))
    found.push({ path: at('strategy'), message: noBalancer(strategy.name, template) });
  for (const key of OWN) {
    if (part[key] === undefined || strategy.takes.includes(key)) continue;
    const others = Object.values(strategies).filter((s) => s.takes.includes(key));
    found.push({
      path: at(key),
      atKey: true,
      message: `${key} means nothing to the strategy ${strategy.name}; it belongs to ${others.map((s) => s.name).join(', ')}`,
    });
  }
  for (const [keys, text, least] of [
    [['bake'], part.bake, 0],
    [['steps', 'wait'], part.steps?.wait, 0],
    [['pause', 'timeout'], part.pause?.timeout, 1],
  ] as const)
    if (text !== undefined && part[keys[0]] !== undefined && !isMinutes(text, least))
      found.push({
        path: at(...keys),
        message: `${text} is not possible; ECS takes whole minutes, from ${least}m to ${MOST_MINUTES / 60}h`,
      });
  const percent = part.steps?.percent;
  if (percent !== undefined && strategy.takes.includes('steps') && percent < strategy.leastStep)
    found.push({
      path: at('steps', 'percent'),
      message: `${percent} is too small for the strategy ${strategy.name}; at least ${strategy.leastStep}`,
    });
  return found;
}

const isMinutes = (text: string, least: number): boolean => {
  const minutes = durationMs(text) / 60_000;
  return Number.isInteger(minutes) && minutes >= least && minutes <= MOST_MINUTES;
};

export const noBalancer = (strategy: StrategyName, template: string): string =>
  `${strategy} moves traffic at a load balancer, and a ${template} has none; use rolling or all-at-once, or the template web-service`;

/**
 * The settings of one environment: the strategy's defaults < the service < the environment.
 * What the service says for another strategy than the one that is used does not count.
 * @param forced strategy asked for on the command line.
 */
export function settleDeploy(
  service: DeployInput | undefined,
  over: DeployInput | undefined,
  forced: StrategyName | null = null,
): DeploySettings {
  const strategy = strategies[forced ?? chosen(service, over)];
  const { defaults } = strategy;
  const parts = [
    { part: over, wrote: chosen(service, over) },
    { part: service, wrote: chosen(service, undefined) },
  ];
  const value = <K extends OwnSetting>(key: K): DeployInput[K] | undefined =>
    strategy.takes.includes(key)
      ? parts.find(({ part, wrote }) => part?.[key] !== undefined && wrote === strategy.name)?.part?.[key]
      : undefined;
  const minutes = (text: string | undefined): number | undefined => (text === undefined ? undefined : durationMs(text) / 60_000);
  const steps = value('steps');
  const pause = value('pause');
  return {
    strategy: strategy.name,
    minimumHealthyPercent: value('minimumHealthyPercent') ?? defaults.minimumHealthyPercent,
    maximumPercent: value('maximumPercent') ?? defaults.maximumPercent,
    bakeMinutes: minutes(value('bake')) ?? 0,
    steps: {
      percent: steps?.percent ?? defaults.steps.percent,
      waitMinutes: minutes(steps?.wait) ?? defaults.steps.waitMinutes,
    },
    alarms: over?.alarms ?? service?.alarms ?? [],
    pause: { at: pause?.at ?? [], timeoutMinutes: minutes(pause?.timeout) ?? 60 },
  };
}
