import base from '../../jest.config.mjs'

/**
 * The tests in a browser. `npm run test:browser` runs them; `npm test` does not.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  testTimeout: 60_000,
}
