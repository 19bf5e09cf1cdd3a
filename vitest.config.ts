import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/watch-secrets.ts'],
    // Most tests wait for programs they started: every core has something to do.
    maxWorkers: '100%',
    testTimeout: 120_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/lib/**/*.ts'], reporter: ['text-summary'], thresholds: { lines: 85 } },
  },
});
