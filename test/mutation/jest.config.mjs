/**
 * The tests that mutants are shown to: those of the parts, without processes and sockets.
 * @type {import('jest').Config}
 */
import base from '../../jest.config.mjs'

export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/unit'],
  testPathIgnorePatterns: ['architecture', 'published-schema'],
}
