import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // vitest would load two copies of graphql (ESM and CommonJS), which refuse each other's schemas.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Networks, OCR and a database share two cores: more workers only take turns.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
