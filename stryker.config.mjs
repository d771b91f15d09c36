/**
 * `npm run test:mutation`: which changes of what judges tokens the unit tests would not notice.
 * The report lies in `reports/mutation/`.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: [
    'src/decision.ts',
    'src/authorizer.ts',
    'src/backend/**/*.ts',
    'src/caller/**/*.ts',
    'src/config/**/*.ts',
    'src/gateway/**/*.ts',
    'src/oauth/**/*.ts',
    'src/providers/**/*.ts',
    'src/platform/{cache,connections,http,refreshed}.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'test/mutation/jest.config.mjs' },
  coverageAnalysis: 'perTest',
  // What is made once, when a file is loaded, cannot be told apart by test: all of them run for it.
  ignoreStatic: false,
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  tempDirName: 'reports/mutation/work',
  disableTypeChecks: false,
}
