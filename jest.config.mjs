import { availableParallelism } from 'node:os'

/**
 * Sources and tests run as ES modules; swc strips the types.
 * @type {import('jest').Config}
 */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { globalsCleanup: 'on' },
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Jest leaves one core free by default. On two cores that is half of them, and tests that start the
  // function wait more than they compute.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Starting processes and making keys is slow on a busy machine.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
}
