/** The traffic of deployments by stages: each load balancer's production and test rule gets the record's weights. */
import { AwsError, type Cell, type World } from '../../service.js';
import { balancersOf } from './balancing.js';
import type { Deployment, DeploymentRecord } from './state.js';
import { shiftTraffic } from './traffic.js';

export function shiftProduction(
  cell: Cell,
  world: World,
  record: DeploymentRecord,
  to: Deployment,
  percent: number,
  now: number,
): void {
  for (const balancer of balancersOf(to.settings)) shiftTraffic(cell, world, balancer, 'production', to.slot, percent, now);
  record.productionWeight = percent;
  record.shiftedAt = now;
  record.shifts++;
}

export function shiftTest(cell: Cell, world: World, record: DeploymentRecord, to: Deployment, now: number): void {
  for (const balancer of balancersOf(to.settings)) shiftTraffic(cell, world, balancer, 'test', to.slot, 100, now);
  record.testWeight = 100;
}

/** All traffic goes back to what served before. */
export function restoreTraffic(cell: Cell, world: World, record: DeploymentRecord, back: Deployment, now: number): void {
  if (record.stage === null) return;
  try {
    for (const balancer of balancersOf(back.settings)) {
      if (record.shifts > 0) shiftTraffic(cell, world, balancer, 'production', back.slot, 100, now);
      if (record.testWeight > 0) shiftTraffic(cell, world, balancer, 'test', back.slot, 100, now);
    }
  } catch (error) {
    // Rules that somebody took away cannot be set right: the rollback goes on without them.
    if (!(error instanceof AwsError)) throw error;
  }
  record.productionWeight = 0;
  record.testWeight = 0;
}
