/** `npm run screenshots`: takes screenshots of the console for docs/images. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { chromiumPath, startBrowser } from '../test/token/support/browser.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { startConsoleStack } from './start/console-stack.ts'

readCommandLine({
  name: 'screenshots',
  about: 'Takes screenshots of the console for docs/images. It needs Chromium, and builds first.',
  options: {},
})
if (chromiumPath === undefined) {
  console.error('There is no Chromium: install the package chromium.')
  process.exit(1)
}
buildFirst()

const FOLDER = new URL('../docs/images/', import.meta.url)

async function send(page: Page, choices: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, option] of Object.entries(choices)) {
    await page.getByLabel(label, { exact: true }).selectOption({ label: option })
  }
  const calls = page.getByRole('button', { name: /^Show call/ })
  const before = await calls.count()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await calls.nth(before).waitFor()
}

const started = await startConsoleStack()
const browser = await startBrowser()
try {
  await mkdir(FOLDER, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1360, height: 1000 } })
    await page.goto(started.webConsole.address)
    const [works, another] = ['Nothing', 'It is for another audience']
    const who = 'Who calls'
    const wrong = 'What is wrong with the token'
    const partner = 'partner-a – callers’ identity domain'
    if (colorScheme === 'light') {
      await send(page, { [who]: partner, [wrong]: works })
      await send(page, { [wrong]: 'It is revoked at the identity provider' })
      await send(page, { [wrong]: another })
      await page.getByRole('button', { name: 'Show call 1' }).click()
    } else {
      await page.getByLabel('Vault', { exact: true }).selectOption({ label: 'refuses connections' })
      await page.getByRole('button', { name: 'Restart' }).click()
      await send(page, { [who]: partner, [wrong]: works })
    }
    await page.getByRole('heading', { name: 'Checks' }).waitFor({ state: 'attached' })
    await page.evaluate('scrollTo(0, 0)')
    await page.screenshot({ path: new URL(`console-${colorScheme}.png`, FOLDER).pathname })
    await page.close()
  }
} finally {
  await browser.close()
  await started.close()
}
