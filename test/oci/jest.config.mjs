import base from '../../jest.config.mjs'

/**
 * The documented commands with the real `oci`. `npm run test:oci` runs them; `npm test` does not.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/oci'],
  testMatch: ['**/*.oci.ts'],
  maxWorkers: 2,
  // `oci` takes a second or two for each command.
  testTimeout: 300_000,
}
