import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { useTemporaryFolder } from '../support/temporary-folder.ts'
import { chromiumPath, startBrowser } from './support/browser.ts'
import {
  claimsOf,
  redirectPort,
  runFlow,
  startFlow,
  useLoginProvider,
} from './support/login-flows.ts'
import { RESOURCE } from './support/provider.ts'

jest.setTimeout(60_000)
useLoginProvider()
const { pathOf } = useTemporaryFolder()

const inBrowser = chromiumPath === undefined ? describe.skip : describe

inBrowser('a user in a browser (skipped without Chromium)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  /** Logs in and consents on the provider's development pages. */
  const logIn = async (address: string, userCode?: string): Promise<string> => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(address)
    if (userCode !== undefined) {
      await page.fill('[name=user_code]', userCode)
      await page.click('[type=submit]')
      await page.click('[type=submit]')
    }
    await page.fill('[name=login]', 'alice')
    await page.fill('[name=password]', 'any')
    await page.click('[type=submit]')
    await page.click('[type=submit]')
    await page.waitForLoadState()
    return page.innerText('body')
  }

  it('authorizes a device; each refresh token is stored and used once', async () => {
    const file = pathOf('device.json')
    const device = startFlow('device', '--scope', 'openid offline_access read', '--store', file)
    const address = await device.waitFor(/open {3}(\S+)/)
    await logIn(address, await device.waitFor(/code {4}(\S+)/))
    const first = await device.ended

    expect(first.status).toBe(0)
    expect(claimsOf(first.stdout)).toMatchObject({ sub: 'alice', aud: RESOURCE })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const stored = readFileSync(file, 'utf8')
    expect(first.stdout + first.stderr).not.toContain(
      (JSON.parse(stored) as { refresh_token: string }).refresh_token,
    )
    const second = await runFlow('refresh', '--store', file)
    expect(claimsOf(second.stdout)).toMatchObject({ sub: 'alice' })
    expect(readFileSync(file, 'utf8')).not.toBe(stored)

    writeFileSync(file, stored)
    const replayed = await runFlow('refresh', '--store', file)
    expect([replayed.status, replayed.stderr]).toEqual([
      1,
      expect.stringContaining('invalid_grant'),
    ])
  })

  it('logs in, and the browser returns the code', async () => {
    const code = startFlow('code', '--scope', 'openid read', '--port', String(redirectPort))
    const page = await logIn(await code.waitFor(/browser on this machine:\s+(\S+)/))
    const { status, stdout } = await code.ended

    expect(page).toContain('You can close this window')
    expect(status).toBe(0)
    expect(claimsOf(stdout)).toMatchObject({ sub: 'alice', scope: 'read' })
  })
})

describe('a flow that waits for the user', () => {
  it('ends with Ctrl-C without an error', async () => {
    const code = startFlow('code', '--port', '0')
    await code.waitFor(/(browser on this machine)/)
    code.interrupt()

    expect(await code.ended).toMatchObject({ status: 130, stdout: '' })
  })

  it('rejects a redirect with a different state', async () => {
    const code = startFlow('code', '--port', '0')
    const address = await code.waitFor(/redirect (\S+)/)
    await fetch(`${address}?code=stolen&state=forged`)

    expect(await code.ended).toMatchObject({ status: 1, stdout: '' })
  })
})
