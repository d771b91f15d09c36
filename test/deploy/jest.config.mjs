import base from '../../jest.config.mjs'

/**
 * The checks of the Terraform stack. `npm run check:stack` runs them; `npm test` does not.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
}
