import base from '../../jest.config.mjs'

/**
 * The tests against servers that are not ours. `npm run test:interop` runs them; `npm test` does not.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/interop'],
  testMatch: ['**/*.interop.ts'],
  // A server on the JVM takes its time to warm up; it has to be there, not to be fast.
  testTimeout: 60_000,
}
