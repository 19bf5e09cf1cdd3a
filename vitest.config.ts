import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig, type Plugin } from 'vitest/config';
import { LongestFirst } from './test/sequence.js';

/** They put something in the place of a module, of time or of the environment: each file has a process of its own. */
const ALONE = [
  'test/lib/command/**',
  'test/lib/engine/hooks.test.ts',
  'test/lib/output/{edges,renderers}.test.ts',
  'test/lib/sandbox/*-policy.test.ts',
  'test/clients/**',
];
/** They prove by repetition what others have walked through, or look at processes: counting their lines finds none that is new. */
const UNCOUNTED = ['test/lib/command/{crash,faults}*.test.ts', 'test/lib/command/*.properties.test.ts', 'test/acceptance/**'];
const tests = (globs: readonly string[]): string[] => globs.map((glob) => glob.replace('**', '**/*.test.ts'));

/** Counting slows what runs in the test's own process down by a fifth. */
const uncounted: Plugin = {
  name: 'no coverage',
  configureVitest({ project }) {
    project.config.coverage = { ...project.config.coverage, enabled: false };
  },
};

const each = {
  setupFiles: ['test/seed.ts'],
  // What is new dies young: with more room for it, a tenth less time.
  execArgv: ['--max-semi-space-size=64'],
  testTimeout: 120_000,
  hookTimeout: 60_000,
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
};
const but = (globs: readonly string[]): string[] => [...configDefaults.exclude, ...tests(globs)];

export default defineConfig({
  test: {
    globalSetup: ['test/watch-secrets.ts'],
    // Half of the tests wait for programs that they started: every core has something to do.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['src/lib/**/*.ts'], reporter: ['text-summary'], thresholds: { lines: 85 } },
    projects: [
      { test: { ...each, name: 'together', isolate: false, include: ['test/lib/**/*.test.ts'], exclude: but(ALONE) } },
      { test: { ...each, name: 'alone', include: tests(ALONE), exclude: but(UNCOUNTED) } },
      { plugins: [uncounted], test: { ...each, name: 'uncounted', include: tests(UNCOUNTED) } },
    ],
  },
});
