import base from '../../jest.config.mjs'

/**
 * The tests against other products. `npm run test:interop` runs them, `npm test` does not.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/interop'],
  testMatch: ['**/*.interop.ts'],
  // A server on the JVM is slow at first.
  testTimeout: 60_000,
}
