/** ELBv2: load balancers, listeners, rules, target groups, and the health of targets as time goes on. Parts in elbv2/. */
import type { SandboxService } from '../service.js';
import { attributeOperations } from './elbv2/attributes.js';
import { balancerOperations } from './elbv2/balancers.js';
import { groupOperations } from './elbv2/groups.js';
import { listenerOperations } from './elbv2/listeners.js';
import { ruleOperations } from './elbv2/rules.js';
import { tagOperations } from './elbv2/tags.js';
import { targetOperations } from './elbv2/targets.js';

export { decidedAt, deregisterTarget, hasGroup, registerTarget } from './elbv2/targets.js';

export const elbv2: SandboxService = {
  name: 'elasticloadbalancing',
  operations: {
    ...balancerOperations,
    ...listenerOperations,
    ...ruleOperations,
    ...groupOperations,
    ...targetOperations,
    ...attributeOperations,
    ...tagOperations,
  },
};
