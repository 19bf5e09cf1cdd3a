/** What the machine tells of itself: whether a browser can come back to it. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import type { Surroundings } from '../identity/sso/flow.js';

const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv'];

export const surroundings = (env: NodeJS.ProcessEnv): Surroundings => ({
  env,
  kernel: release(),
  containerFile: CONTAINER_FILES.some((file) => existsSync(file)),
});
