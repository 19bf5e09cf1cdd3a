/** EventBridge: events that were put are kept; rules are, too, but nothing is delivered. */
import type { SandboxService } from '../service.js';
import { busOperations } from './events/buses.js';
import { putEvents } from './events/put.js';

export const events: SandboxService = {
  name: 'events',
  operations: { ...busOperations, PutEvents: putEvents },
};
