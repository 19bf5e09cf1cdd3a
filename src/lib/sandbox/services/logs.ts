/** CloudWatch Logs: groups, streams, events, and metrics out of them. */
import type { SandboxService } from '../service.js';
import { eventOperations } from './logs/events.js';
import { groupOperations } from './logs/groups.js';
import { metricFilterOperations } from './logs/metric-filters.js';
import { streamOperations } from './logs/streams.js';

export { appendLog } from './logs/events.js';

export const logs: SandboxService = {
  name: 'logs',
  operations: { ...groupOperations, ...streamOperations, ...eventOperations, ...metricFilterOperations },
};
