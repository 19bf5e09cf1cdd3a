/** The settings of a service that baf owns, compared with what runs; the desired count belongs to autoscaling. */
import { withoutLeftovers } from '../strategies/ecs-configuration.js';
import { differences, type Difference } from './difference.js';
import { toTree } from './tree.js';

type Service = Readonly<Record<string, unknown>>;

const SETTINGS = [
  'deploymentConfiguration',
  'networkConfiguration',
  'loadBalancers',
  'healthCheckGracePeriodSeconds',
  'enableExecuteCommand',
] as const;

/**
 * What the template does not speak of is no difference (AWS adds much to a service by itself), but for what a strategy of
 * before left: an update keeps what it leaves out, so that is taken back.
 */
export function diffServices(live: Service, wanted: Service): Difference[] {
  const asked = (wanted['deploymentConfiguration'] ?? {}) as Service;
  const configured = (live['deploymentConfiguration'] ?? {}) as Service;
  const left = Object.keys(withoutLeftovers(asked, configured)).filter((key) => !(key in asked));
  return [
    ...differences(toTree(settingsOf(live, wanted)), toTree(settingsOf(wanted, wanted)), { onlyWanted: true }),
    ...left.map((key): Difference => ({ path: ['deploymentConfiguration', key], from: textOf(configured[key]), to: null })),
  ];
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** Switches that are off by default would be left out of the tree; here one is asked for. */
const settingsOf = (service: Service, wanted: Service): Service =>
  Object.fromEntries(
    SETTINGS.filter((key) => wanted[key] !== undefined && wanted[key] !== null).map((key) => [
      key,
      typeof wanted[key] === 'boolean' ? String(service[key] ?? false) : service[key],
    ]),
  );
