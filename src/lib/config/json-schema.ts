/** The JSON Schemas of both files, from the definitions that check them: editors complete and check with these. */
import * as z from 'zod/mini';
import { platformDefinition } from './definition-platform.js';
import { projectDefinition } from './definition-project.js';

/** File name in schemas/ and its content. */
export const jsonSchemas = (): Record<string, object> => ({
  'baf.schema.json': schema(projectDefinition, 'baf.yaml: an application and its services'),
  'baf.platform.schema.json': schema(platformDefinition, 'baf.platform.yaml: accounts, environments, roles, rules'),
});

const schema = (definition: z.ZodMiniType, title: string): object => ({ title, ...z.toJSONSchema(definition, { io: 'input' }) });
