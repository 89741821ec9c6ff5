import { defineConfig } from 'vitest/config'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // Processes, not threads: native modules, signals and child processes behave as they do in production.
    pool: 'forks',
    globalSetup: ['test/thread-build.ts', 'test/global-setup.ts'],
    testTimeout: 30_000,
    // The first test that needs PostgreSQL or a browser waits for its start.
    hookTimeout: 120_000,
  },
})
