/**
 * The JSON Schemas of both files, from the definitions that check them: editors complete and check with these; and of the
 * events that are sent to EventBridge.
 */
import * as z from 'zod/mini';
import { detailDefinition } from '../notices/detail.js';
import { platformDefinition } from './definition-platform.js';
import { projectDefinition } from './definition-project.js';

/** File name in schemas/ and its content. */
export const jsonSchemas = (): Record<string, object> => ({
  'baf.schema.json': schema(projectDefinition, 'baf.yaml: an application and its services'),
  'baf.platform.schema.json': schema(platformDefinition, 'baf.platform.yaml: accounts, environments, roles, rules'),
  'baf.event.schema.json': schema(detailDefinition, 'detail of the events that baf sends to EventBridge'),
});

const schema = (definition: z.ZodMiniType, title: string): object => ({ title, ...z.toJSONSchema(definition, { io: 'input' }) });
