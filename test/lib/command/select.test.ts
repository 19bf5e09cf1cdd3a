import { expect, it } from 'vitest';
import { strayEnvironments } from '../../../src/lib/command/select.js';
import type { Project } from '../../../src/lib/config/project.js';
import type { Platform } from '../../../src/lib/model/platform.js';

it('what is said of an environment that the platform does not have is told, of the services that are meant', () => {
  const platform = { environments: { staging: {}, prod: {} } } as unknown as Platform;
  const services = {
    ui: { environments: { prod: { count: 2 }, prd: { count: 6 } } },
    api: { environments: { qa: {} } },
    job: {},
  };
  const project = { file: 'baf.yaml', services } as unknown as Project;
  expect(strayEnvironments(project, platform, ['ui', 'job'])).toEqual([
    'baf.yaml: services.ui.environments.prd counts nowhere: the platform has no environment prd; did you mean prod?',
  ]);
  expect(strayEnvironments(project, platform, ['api'])).toEqual([
    'baf.yaml: services.api.environments.qa counts nowhere: the platform has no environment qa',
  ]);
});
