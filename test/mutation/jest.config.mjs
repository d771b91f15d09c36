/**
 * The unit tests, which run against mutants. `MUTATION_ROOT=test/unit/caller` limits a run to one folder.
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
