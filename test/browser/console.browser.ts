/** The console in headless Chromium: its main flows, by keyboard only, and without axe findings. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { startConsoleStack, type ConsoleStack } from '../../scripts/start/console-stack.ts'
import { startBrowser } from '../token/support/browser.ts'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let desk: ConsoleStack
let browser: Browser
let page: Page
let requestedHosts: Set<string>
beforeAll(async () => {
  desk = await startConsoleStack()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
  await desk.close()
})
beforeEach(async () => {
  page = await browser.newPage()
  requestedHosts = new Set()
  page.on('request', (request) => {
    requestedHosts.add(new URL(request.url()).host)
  })
  await page.goto(desk.webConsole.address)
  await page.getByRole('heading', { name: 'Send a call' }).waitFor()
})
afterEach(async () => {
  await page.close()
})

async function choose(label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).selectOption({ label: option })
}

/** Sends, and returns the verdict. */
async function send(): Promise<string> {
  const announcement = page.locator('.announcement')
  const before = await announcement.textContent()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForFunction(
    (earlier) => document.querySelector('.announcement')?.textContent !== earlier,
    before,
  )
  return (await announcement.textContent()) ?? ''
}

async function findings(): Promise<readonly string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
    ).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

describe('a call', () => {
  it('shows its steps, its decision and what Oracle Integration saw', async () => {
    expect(await send()).toMatch(/200, permitted$/)
    const parties = await page.locator('.waterfall .party').allTextContents()
    expect(new Set(parties)).toStrictEqual(
      new Set([
        'gateway',
        'function',
        'Vault',
        'callers’ identity domain',
        'OIC’s identity domain',
        'Oracle Integration',
      ]),
    )
    expect(await page.locator('.facts').textContent()).toContain('client oic-invoker')
  })

  it.each([
    ['It is revoked at the identity provider', /401, token_inactive$/],
    ['It is for another audience', /401, audience_mismatch$/],
    ['It is in quotation marks', /401, token_malformed$/],
    ['It is sent twice', /401, token_repeated$/],
  ])('with a defect: %s', async (defect, verdict) => {
    await choose('What is wrong with the token', defect)
    expect(await send()).toMatch(verdict)
    expect(await page.locator('.verdict').textContent()).toContain('What to do:')
  })

  it('shows no signature, no secret and no other host', async () => {
    await page.getByRole('button', { name: 'Restart' }).click()
    await page.getByRole('button', { name: 'Clear the gateway’s cache' }).click()
    await send()
    await page.locator('summary').evaluateAll((all) => {
      for (const each of all) (each.parentElement as HTMLDetailsElement).open = true
    })
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)
    expect(text).not.toMatch(/gateway-authorizer-secret|oic-invoker-secret/)
    expect([...requestedHosts]).toStrictEqual([new URL(desk.webConsole.address).host])
  })

  it('shows the checks: expected, actual and result', async () => {
    await choose('What is wrong with the token', 'It is for another audience')
    await send()
    const row = page.getByRole('row', { name: /^audience/ })
    await row.waitFor()
    expect(await row.getByRole('cell').allTextContents()).toStrictEqual([
      'audience (default)',
      'https://api.example.com/',
      'https://another-api.example.com/',
      '✗ audience_mismatch',
    ])
  })

  it('shows which callers the running configuration refuses, and why', async () => {
    const options = await page
      .getByLabel('Who calls', { exact: true })
      .locator('option')
      .allTextContents()
    expect(options).toContain('partner-a – callers’ identity domain')
    expect(options).toContain('supplier – suppliers’ identity domain (refused: token_inactive)')
    await choose('Who calls', 'supplier – suppliers’ identity domain (refused: token_inactive)')
    await page.getByText('The running configuration refuses this caller').waitFor()
    expect(await send()).toMatch(/401, token_inactive$/)
  })
})

describe('a fault', () => {
  it('of a dependency is switched on and off', async () => {
    await choose('callers’ identity domain', 'answers 503')
    await page.locator('.row.faulty').waitFor()
    await choose('Who calls', 'a token of your own')
    await page.getByLabel('Your token').fill('opaque-token')
    expect(await send()).toMatch(/502, introspection_unavailable$/)
    await choose('callers’ identity domain', 'works')
    await page.locator('.row.faulty').waitFor({ state: 'detached' })
  })

  it('of a secret rotated in one place only ends with the other', async () => {
    await page.getByRole('button', { name: 'Restart' }).click()
    await choose('Where', 'at the provider only')
    await page.getByRole('button', { name: 'Rotate the secret' }).click()
    await page.getByText('has a new secret').waitFor()
    expect(await send()).toMatch(/502, /)
    await choose('Where', 'at the provider and in Vault')
    await page.getByRole('button', { name: 'Rotate the secret' }).click()
    await page.getByRole('button', { name: 'Restart' }).click()
    expect(await send()).toMatch(/200, permitted$/)
  })
})

describe('the configuration', () => {
  it('is checked and applied', async () => {
    await page.getByText('Configuration', { exact: true }).click()
    const box = page.getByLabel('Flat keys, one key=value a line, or the JSON document')
    const before = await box.inputValue()
    await box.fill(before.replace(/^audience=.*$/m, 'audience=https://mine.example.com/'))
    await page.getByRole('button', { name: 'Check and apply' }).click()
    await page.getByText('No problems').waitFor()
    expect(await send()).toMatch(/401, audience_mismatch$/)
    await box.fill(before.replace(/^audience=.*$/m, ''))
    await page.getByRole('button', { name: 'Check and apply' }).click()
    await page.getByText('audience: is missing').waitFor()
    expect(await send()).toMatch(/502, config_invalid$/)
    await box.fill(before)
    await page.getByRole('button', { name: 'Check and apply' }).click()
    await page.getByText('No problems').waitFor()
  })
})

describe('the page', () => {
  it('works by keyboard only', async () => {
    await page.getByLabel('Who calls').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.type('It is no')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page
      .locator('.verdict')
      .getByText('token_not_yet_valid')
      .or(page.locator('.verdict').getByText('token_inactive'))
      .first()
      .waitFor()
    const first = page.locator('.waterfall summary').first()
    await first.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Request' }).first().waitFor()
    expect(await page.locator('.waterfall details[open]').count()).toBe(1)
  })

  it.each(['light', 'dark'] as const)('has no axe findings (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await send()
    await page.locator('summary').first().click()
    expect(await findings()).toStrictEqual([])
  })

  it('without the token of its address shows nothing', async () => {
    const other = await (await browser.newContext()).newPage()
    await other.goto(desk.webConsole.server.url)
    await other.getByText('Open the address that npm start prints').waitFor()
    expect(await other.getByRole('button').count()).toBe(0)
    await other.context().close()
  })
})
