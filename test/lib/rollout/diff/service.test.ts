import { expect, it } from 'vitest';
import { diffServices } from '../../../../src/lib/rollout/diff/service.js';

const vpc = (subnets: string[]) => ({ awsvpcConfiguration: { subnets, assignPublicIp: 'DISABLED', securityGroups: ['sg-1'] } });
const wanted = {
  serviceName: 'shop',
  desiredCount: 2,
  deploymentConfiguration: { strategy: 'ROLLING', maximumPercent: 200, minimumHealthyPercent: 100 },
  networkConfiguration: vpc(['subnet-1', 'subnet-2']),
  loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'ui', containerPort: 8080 }],
  enableExecuteCommand: true,
};
const live = {
  ...wanted,
  desiredCount: 7,
  deploymentConfiguration: {
    ...wanted.deploymentConfiguration,
    bakeTimeInMinutes: 0,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    lifecycleHooks: [],
  },
  networkConfiguration: vpc(['subnet-2', 'subnet-1']),
  healthCheckGracePeriodSeconds: 60,
};
const at = (change: object) =>
  diffServices({ ...live, ...change }, wanted).map(({ path, from, to }) => `${path.join('.')} ${from} -> ${to}`);

it('finds nothing in what AWS adds, in the order of a list, and in a count that autoscaling has', () => {
  expect(at({})).toEqual([]);
  expect(diffServices(live, { ...wanted, networkConfiguration: undefined })).toEqual([]);
});
it('tells each setting that differs', () => {
  expect(at({ enableExecuteCommand: undefined })).toEqual(['enableExecuteCommand false -> true']);
  expect(at({ networkConfiguration: vpc(['subnet-1']) })).toEqual([
    'networkConfiguration.awsvpcConfiguration.subnets subnet-1 -> subnet-1, subnet-2',
  ]);
  expect(at({ loadBalancers: [] })).toEqual(['loadBalancers null -> {ui 8080}']);
  expect(at({ deploymentConfiguration: { ...live.deploymentConfiguration, maximumPercent: 150 } })).toEqual([
    'deploymentConfiguration.maximumPercent 150 -> 200',
  ]);
});
it('tells what another strategy has left behind', () => {
  const bake = { ...live.deploymentConfiguration, bakeTimeInMinutes: 5 };
  expect(at({ deploymentConfiguration: bake })).toEqual(['deploymentConfiguration.bakeTimeInMinutes 5 -> null']);
});
