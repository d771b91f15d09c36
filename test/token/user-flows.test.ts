import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { chromiumPath, startBrowser } from './support/browser.ts'
import {
  begin,
  claimsOf,
  flow,
  folder,
  redirectPort,
  useLoginProvider,
} from './support/login-flows.ts'
import { RESOURCE } from './support/provider.ts'

jest.setTimeout(60_000)
useLoginProvider()

const inBrowser = chromiumPath === undefined ? describe.skip : describe

inBrowser('a person in a browser (skipped where no Chromium is installed)', () => {
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

  it('device code on another device; each refresh token is stored and used once', async () => {
    const file = join(folder, 'device.json')
    const device = begin('device', '--scope', 'openid offline_access read', '--store', file)
    const address = await device.printed(/open {3}(\S+)/)
    await logIn(address, await device.printed(/code {4}(\S+)/))
    const first = await device.ended

    expect(first.status).toBe(0)
    expect(claimsOf(first.stdout)).toMatchObject({ sub: 'alice', aud: RESOURCE })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const kept = readFileSync(file, 'utf8')
    expect(first.stdout + first.stderr).not.toContain(
      (JSON.parse(kept) as { refresh_token: string }).refresh_token,
    )
    const second = await flow('refresh', '--store', file)
    expect(claimsOf(second.stdout)).toMatchObject({ sub: 'alice' })
    expect(readFileSync(file, 'utf8')).not.toBe(kept)

    writeFileSync(file, kept)
    const replayed = await flow('refresh', '--store', file)
    expect([replayed.status, replayed.stderr]).toEqual([
      1,
      expect.stringContaining('invalid_grant'),
    ])
  })

  it('login in the browser, which returns the code', async () => {
    const code = begin('code', '--scope', 'openid read', '--port', String(redirectPort))
    const page = await logIn(await code.printed(/browser on this machine:\s+(\S+)/))
    const { status, stdout } = await code.ended

    expect(page).toContain('You can close this window')
    expect(status).toBe(0)
    expect(claimsOf(stdout)).toMatchObject({ sub: 'alice', scope: 'read' })
  })
})

describe('a flow that waits for the user', () => {
  it('ends with Ctrl-C without an error', async () => {
    const code = begin('code', '--port', '0')
    await code.printed(/(browser on this machine)/)
    code.interrupt()

    expect(await code.ended).toMatchObject({ status: 130, stdout: '' })
  })

  it('rejects a redirect with another state', async () => {
    const code = begin('code', '--port', '0')
    const address = await code.printed(/redirect (\S+)/)
    await fetch(`${address}?code=stolen&state=forged`)

    expect(await code.ended).toMatchObject({ status: 1, stdout: '' })
  })
})
