/**
 * The tests that run against mutants: the unit tests, which need no processes. For one folder of the
 * source, `MUTATION_ROOT=test/unit/caller` makes a run several times shorter.
 * @type {import('jest').Config}
 */
import process from 'node:process'
import base from '../../jest.config.mjs'

export default {
  ...base,
  rootDir: '../..',
  roots: [`<rootDir>/${process.env.MUTATION_ROOT ?? 'test/unit'}`],
  testPathIgnorePatterns: ['architecture', 'published-schema'],
}
