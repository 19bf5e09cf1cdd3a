import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { platformKeys } from '../../../src/lib/config/definition-platform.js';
import { projectKeys } from '../../../src/lib/config/definition-project.js';
import { jsonSchemas } from '../../../src/lib/config/json-schema.js';
import { expectGolden } from '../golden.js';

it.each(Object.keys(jsonSchemas()))('schemas/%s is what the definition says', (name) => {
  expectGolden(resolve('schemas', name), JSON.stringify(jsonSchemas()[name], null, 2) + '\n');
});

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

it('keys that errors offer are those of the definitions', () => {
  const keysAt = (schema: Schema, path: readonly string[]): string[] => {
    let at: Schema | undefined = schema;
    for (const step of path)
      at = step === '*' ? (at?.additionalProperties as Schema) : step === '#' ? at?.items : at?.properties?.[step];
    return Object.keys(at?.properties ?? {}).sort();
  };
  const schemas = jsonSchemas() as Record<string, Schema>;
  const project = schemas['baf.schema.json']!;
  const platform = schemas['baf.platform.schema.json']!;
  const sorted = (keys: readonly string[] | undefined) => [...(keys ?? [])].sort();
  expect(sorted(projectKeys[''])).toEqual(keysAt(project, []));
  expect(sorted(projectKeys['services\\.[^.]+'])).toEqual(keysAt(project, ['services', '*']));
  expect(sorted(projectKeys['services\\.[^.]+\\.environments\\.[^.]+'])).toEqual(
    keysAt(project, ['services', '*', 'environments', '*']),
  );
  expect(sorted(platformKeys[''])).toEqual(keysAt(platform, []));
  expect(sorted(platformKeys['environments\\.[^.]+'])).toEqual(keysAt(platform, ['environments', '*']));
  expect(sorted(platformKeys['environments\\.[^.]+\\.waves\\.\\d+'])).toEqual(
    keysAt(platform, ['environments', '*', 'waves', '#']),
  );
  expect(sorted(platformKeys['environments\\.[^.]+\\.stagings'])).toEqual(keysAt(platform, ['environments', '*', 'stagings']));
});
