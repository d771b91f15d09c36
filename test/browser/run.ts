/** `npm run test:browser`: runs the tests in headless Chromium, or reports that it is missing. */
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { runJest } from '../support/run-jest.ts'
import { chromiumPath } from '../token/support/browser.ts'

readCommandLine({
  name: 'test:browser',
  about: `Runs the tests of the console in headless Chromium, where one is installed. It builds first.`,
  options: {},
})
if (chromiumPath === undefined) {
  console.log('NOTICE: there is no Chromium on the PATH. The browser tests were SKIPPED.')
} else {
  buildFirst()
  process.exitCode = runJest('test/browser/jest.config.mjs', ['--runInBand'])
}
